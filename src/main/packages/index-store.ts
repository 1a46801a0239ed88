/** Keeps the indexes of packages: one file a channel, made anew when the channel has moved on. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { IndexEvent, PackageIndexState } from '../../shared/choosing.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { makePrivate } from '../places.ts';
import { explainWebError, openWeb, readWebText, tooLarge, type WebAnswer } from '../web-request.ts';
import { headBytes, readIndexHead } from './index-file.ts';
import { makeIndexAside } from './search-thread.ts';

/** Where NixOS publishes its channels. `NIXBURN_CHANNELS` names a mirror. */
const publicChannels = 'https://channels.nixos.org';

/** The channel of a release. */
export function channelOf(release: string): string {
  return `nixos-${release}`;
}

/** The index file of a channel, or of a flake reference. */
export function indexFile(folder: string, channel: string): string {
  const isChannel = /^nixos-[a-z0-9.]{1,20}$/.test(channel);
  const name = isChannel
    ? channel
    : `flake-${createHash('sha256').update(channel).digest('hex').slice(0, 32)}`;
  return path.join(folder, `${name}.index`);
}

/** What there is for a channel now; null where there is no index that this version can read. */
export async function indexState(folder: string, channel: string): Promise<PackageIndexState | null> {
  const file = indexFile(folder, channel);
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      const head = readIndexHead(buffer.subarray(0, bytesRead));
      const { mtime } = await handle.stat();
      return head?.channel === channel ? { ...head, checkedAt: mtime.toISOString() } : null;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** ms. The channel is asked whether it has moved on at most this often, unless somebody wants it. */
const daily = 24 * 3_600_000;
/** ms. For the whole download. */
const patience = 20 * 60_000;
/** Bytes, packed. Nixpkgs had some 10 MB of it in 2026. */
const largestDownload = 64 * 2 ** 20;

export interface UpdateOptions {
  folder: string;
  channel: string;
  /** Also where it was asked for today already. */
  force?: boolean | undefined;
  base?: string | undefined;
  ca?: string | undefined;
}

/**
 * Brings the index of a channel up to date. The list is downloaded beside the index and goes on where a broken download
 * ended, as long as the channel is at the same commit; the index is replaced in one step. Memory does not grow with it.
 *
 * @returns the state afterwards, or `channel-address`, `channel-unknown`, `index-unreadable`, `web-…`, `index-disk`,
 *   `cancelled`. An older index stays usable whatever goes wrong.
 */
export async function* updateIndex(
  { folder, channel, force, base = publicChannels, ca }: UpdateOptions,
  signal: AbortSignal,
): AsyncGenerator<IndexEvent, Outcome<PackageIndexState>, void> {
  const known = await indexState(folder, channel);
  if (known && !force && Date.now() - Date.parse(known.checkedAt) < daily) return done(known);
  if (!URL.canParse(base)) return failed(badBase(base));
  const rules = { signal, redirects: 'any-host', loopbackHttp: true, ca } as const;

  yield { kind: 'phase', phase: 'ask' };
  const at = new URL(`${base.replace(/\/+$/, '')}/${channel}/git-revision`);
  const asked = await openWeb(at, { ...rules, millis: 30_000 });
  if (!asked.ok) return asked;
  const revision = await readRevision(asked.value, channel, signal);
  if (!revision.ok) return revision;
  const file = indexFile(folder, channel);
  try {
    if (known?.revision === revision.value) {
      const now = new Date();
      await utimes(file, now, now);
      return done({ ...known, checkedAt: now.toISOString() });
    }
    await makePrivate(folder);
    yield { kind: 'phase', phase: 'download' };
    const part = path.join(folder, `${channel}-${revision.value}.part`);
    await removeOthers(folder, channel, part);
    // From where the redirects led: the list and the commit are then of the same state of the channel.
    const list = new URL('packages.json.br', asked.value.url);
    const loaded = yield* download(
      list,
      part,
      (more) => openWeb(list, { ...rules, millis: patience, ...more }),
      signal,
    );
    if (!loaded.ok) return loaded;
    yield { kind: 'phase', phase: 'read' };
    const source = { channel, revision: revision.value };
    const made = await makeIndexAside({ from: part, kind: 'channel', source, to: file }, signal);
    if (made.ok || made.problem.code !== cancelled.code) await rm(part, { force: true });
    if (!made.ok) return made;
  } catch (error) {
    return failed(signal.aborted ? cancelled : diskTrouble(error));
  }
  const state = await indexState(folder, channel);
  return state ? done(state) : failed(diskTrouble(new Error('the index is gone')));
}

async function readRevision(
  answer: WebAnswer,
  channel: string,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  if (answer.status !== 200) {
    answer.body.destroy();
    return failed(
      problem('channel-unknown', `${answer.url.host} has no list of packages for ${channel}.`, {
        remedy: 'Choose another release, or try again later.',
        raw: `status ${answer.status}`,
      }),
    );
  }
  const text = await readWebText(answer, 1000, signal);
  if (!text.ok) return text;
  const revision = text.value.trim();
  if (/^[0-9a-f]{40}$/.test(revision)) return done(revision);
  return failed(
    problem('channel-unknown', `What ${answer.url.host} sent is not the state of a channel.`, {
      detail: 'It may be a web page, such as one that asks to log in to a network.',
      remedy: 'Check the connection, then try again.',
    }),
  );
}

/** Goes on where an earlier download of the same list ended. */
async function* download(
  url: URL,
  part: string,
  openList: (more: { headers?: Record<string, string> }) => Promise<Outcome<WebAnswer>>,
  signal: AbortSignal,
): AsyncGenerator<IndexEvent, Outcome<null>, void> {
  const before = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  const answer = await openList(before > 0 ? { headers: { Range: `bytes=${before}-` } } : {});
  if (!answer.ok) return answer;
  const { status, headers, body } = answer.value;
  if (status === 416) {
    // It is there to its last byte: only the index was not made.
    body.destroy();
    return done(null);
  }
  if (status !== 200 && status !== 206) {
    body.destroy();
    return failed(
      problem('web-status', `${url.host} refused to send the list of packages.`, {
        detail: `It answered with the number ${status}.`,
        remedy: 'Try again later.',
      }),
    );
  }
  const start = status === 206 ? before : 0;
  const length = Number(headers['content-length'] ?? Number.NaN);
  const total = Number.isFinite(length) ? start + length : null;
  let bytes = start;
  const file = createWriteStream(part, { flags: start > 0 ? 'a' : 'w', mode: 0o600 });
  // A disk that is full shows when the stream is written to or closed; nobody else listens.
  let trouble: Error | null = null;
  file.on('error', (error) => (trouble = error));
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > largestDownload) return failed(tooLarge(url));
      if (trouble) break;
      if (!file.write(chunk)) await drained(file);
      yield { kind: 'progress', bytes, total };
    }
  } catch (error) {
    return failed(explainWebError(error, url, signal));
  } finally {
    body.destroy();
    await new Promise((closed) => file.end(closed));
  }
  if (trouble) return failed(diskTrouble(trouble));
  if (total !== null && bytes !== total)
    return failed(explainWebError(new Error('the connection broke off'), url, signal));
  return done(null);
}

/** Also where the file takes nothing any more. */
function drained(file: NodeJS.WritableStream): Promise<void> {
  const events = ['drain', 'error', 'close'];
  return new Promise((resolve) => {
    const go = () => {
      // A file has to be waited for hundreds of times, and each time by one listener of each kind.
      for (const event of events) file.off(event, go);
      resolve();
    };
    for (const event of events) file.once(event, go);
  });
}

/** What earlier downloads of other states of the channel have left. */
async function removeOthers(folder: string, channel: string, part: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (name.startsWith(`${channel}-`) && name.endsWith('.part') && file !== part)
      await rm(file, { force: true });
  }
}

function badBase(base: string): Problem {
  return problem('channel-address', `${base} is not the address of a server.`, {
    remedy: 'Correct the mirror in the preferences, or NIXBURN_CHANNELS where that is set.',
  });
}

/** What the file system has against an index or a list. */
export function diskTrouble(error: unknown): Problem {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return problem('index-disk', 'The list of packages could not be kept.', {
    detail: code === 'ENOSPC' ? 'The disk is full.' : '',
    remedy: 'Free some space, then try again.',
    raw: message,
  });
}
