/** Fetches the public keys that somebody has published, by user name or from any https address: only when asked to. */
import type { FetchedKeys, KeyList, KeyService } from '../../shared/choosing.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { quoted } from '../../shared/recipe-text.ts';
import { openWeb, readWebText } from '../web-request.ts';
import { readEachKey } from './parse.ts';

/** Where the three services publish what their users may log in with: each at `/USER.keys`, one key a line. */
const serviceAddresses: Record<KeyService, string> = {
  github: 'https://github.com',
  gitlab: 'https://gitlab.com',
  codeberg: 'https://codeberg.org',
};

const serviceNames: Record<KeyService, string> = { github: 'GitHub', gitlab: 'GitLab', codeberg: 'Codeberg' };

/** Wide enough for all three: GitHub has letters, digits and hyphens, the others also `_` and `.`. */
const userName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?$/;

/** ms. */
const patience = 15_000;
/** Bytes. Two hundred RSA keys. */
const largestList = 256 * 1024;

export interface FetchOptions {
  signal?: AbortSignal | undefined;
  /** Other places for the services. */
  addresses?: Partial<Record<KeyService, string>> | undefined;
  /** Certificates (PEM) to trust in place of the system's. */
  ca?: string | undefined;
}

/**
 * Asks for a list of keys. Follows redirects on the same host only, never speaks plain http, and believes only what is
 * plain text; each key goes through the same parser as a pasted one.
 *
 * @returns the keys that can be used and why the others can not, or `bad-user-name`, `bad-address`, `no-such-user`,
 *   `no-keys-there`, `not-a-key-list`, `web-…`.
 */
export async function fetchKeys(list: KeyList, options: FetchOptions = {}): Promise<Outcome<FetchedKeys>> {
  const address = addressOf(list, options.addresses ?? {});
  if (!address.ok) return address;
  const url = address.value;
  const signal = options.signal ?? new AbortController().signal;
  const rules = { signal, millis: patience, redirects: 'same-host', ca: options.ca } as const;
  const answer = await openWeb(url, rules);
  if (!answer.ok) return answer;
  const { status, headers, body } = answer.value;
  if (status !== 200) {
    body.destroy();
    return failed(status === 404 ? nobody(list, url) : refused(url, status));
  }
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (!['text/plain', 'application/octet-stream', ''].includes(type) || encoding !== 'identity') {
    body.destroy();
    return failed(notAList(url));
  }
  const text = await readWebText(answer.value, largestList, signal);
  if (!text.ok) return text;
  const read = readEachKey(text.value, url.href);
  if (!read.ok) return read;
  const { keys, leftOut } = read.value;
  if (keys.length + leftOut.length === 0) return failed(nothing(list, url));
  // A page that answers everything with 200 and plain words has not one key in it.
  if (keys.length === 0 && leftOut.every(({ problem: { code } }) => code === 'bad-key'))
    return failed(notAList(url));
  return done({ address: url.href, keys, leftOut });
}

function addressOf(list: KeyList, addresses: Partial<Record<KeyService, string>>): Outcome<URL> {
  if ('url' in list) {
    if (!URL.canParse(list.url) || !/^https:\/\//i.test(list.url)) {
      return failed(
        problem('bad-address', `${quoted(list.url)} is not an address that begins with https://.`, {
          detail:
            'Keys decide who gets in, so they are only fetched over a connection that nobody can change.',
          remedy: 'Give an address such as https://example.org/keys.txt.',
        }),
      );
    }
    return done(new URL(list.url));
  }
  const { service, user } = list;
  if (!userName.test(user)) {
    return failed(
      problem('bad-user-name', `${quoted(user)} can not be a user name on ${serviceNames[service]}.`, {
        remedy: 'Give the name as it stands in the address of the profile.',
      }),
    );
  }
  return done(new URL(`/${user}.keys`, addresses[service] ?? serviceAddresses[service]));
}

function nobody(list: KeyList, url: URL): Problem {
  const title =
    'url' in list
      ? `There is nothing at ${quoted(url.href)}.`
      : `${serviceNames[list.service]} has no user ${quoted(list.user)}.`;
  return problem('no-such-user', title, { remedy: 'Check the spelling.' });
}

function nothing(list: KeyList, url: URL): Problem {
  const title =
    'url' in list
      ? `There is no key at ${quoted(url.href)}.`
      : `${list.user} has published no SSH key on ${serviceNames[list.service]}.`;
  return problem('no-keys-there', title, { remedy: 'Add a key there, or give one in another way.' });
}

function refused({ host }: URL, status: number): Problem {
  return problem('web-status', `${host} refused to answer.`, {
    detail: status === 429 ? 'It was asked too often.' : `It answered with the number ${status}.`,
    remedy: 'Try again later.',
  });
}

function notAList({ host }: URL): Problem {
  return problem('not-a-key-list', `What ${host} sent is not a list of SSH keys.`, {
    detail: 'It may be a web page, such as one that asks to log in.',
    remedy: 'Check the address: it must lead to plain text with one key a line.',
  });
}
