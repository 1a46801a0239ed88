/** Looks into the certificates and keys of enterprise networks, so that nobody finds out at the access point that they do not fit. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { RecipeProblem } from '../shared/contract.ts';
import { problem, type Problem } from '../shared/problem.ts';
import { isEncryptedKey } from '../shared/recipe-enterprise.ts';
import { quoted } from '../shared/recipe-text.ts';
import type { PlainEnterprise, PlainNetwork } from './flake/flake-file.ts';

/** What is wrong with certificates and keys whose form is right. No problem repeats a key or a password. */
export function certificateProblems(networks: readonly PlainNetwork[]): RecipeProblem[] {
  return networks.flatMap(({ ssid, enterprise }, at) => {
    if (!enterprise) return [];
    const found = enterpriseProblem(enterprise, quoted(ssid));
    return found ? [{ path: `wifi.networks.${at}.enterprise.${found.field}`, problem: found.problem }] : [];
  });
}

interface Found {
  field: keyof PlainEnterprise;
  problem: Problem;
}

function enterpriseProblem(given: PlainEnterprise, network: string): Found | null {
  const { caCertificate, clientCertificate, clientKey, clientKeyPassword } = given;
  for (const [field, pem] of Object.entries({ caCertificate, clientCertificate })) {
    if (pem !== undefined && certificatesIn(pem) === null) {
      return { field: field as 'caCertificate', problem: unreadableCertificate(network) };
    }
  }
  if (clientKey === undefined) return null;
  const key = readKey(clientKey, clientKeyPassword);
  if (key === 'wrong password') return { field: 'clientKeyPassword', problem: wrongPassword(network) };
  if (key === 'unreadable') return { field: 'clientKey', problem: unreadableKey(network) };
  const [first] = certificatesIn(clientCertificate ?? '') ?? [];
  if (key === null || !first || first.checkPrivateKey(key)) return null;
  return { field: 'clientKey', problem: otherKey(network) };
}

/** All certificates of a PEM text; null where one of them can not be read. */
function certificatesIn(pem: string): X509Certificate[] | null {
  try {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return null;
  }
}

/** @returns null for a key that only older OpenSSL can read: wpa_supplicant may come with one. */
function readKey(pem: string, passphrase?: string): KeyObject | 'wrong password' | 'unreadable' | null {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (/UNSUPPORTED/.test(code) && isEncryptedKey(pem)) return null;
    return isEncryptedKey(pem) ? 'wrong password' : 'unreadable';
  }
}

const unreadableCertificate = (network: string) =>
  problem('bad-certificate', `A certificate for the network ${network} is damaged.`, {
    detail: 'It looks like PEM, and no certificate is inside.',
    remedy: 'Ask for the file again, or copy it whole.',
  });

const unreadableKey = (network: string) =>
  problem('bad-client-key', `The client’s key for the network ${network} is damaged.`, {
    detail: 'It looks like PEM, and no private key is inside.',
    remedy: 'Ask for the file again, or copy it whole.',
  });

const wrongPassword = (network: string) =>
  problem(
    'bad-key-password',
    `The password of the client’s key for the network ${network} does not open it.`,
    {
      remedy: 'Type the password of the key again.',
    },
  );

const otherKey = (network: string) =>
  problem(
    'bad-client-key',
    `The client’s key for the network ${network} does not belong to the client’s certificate.`,
    {
      detail: 'Nobody could sign in with the two of them.',
      remedy: 'Take both from the same file or the same order.',
    },
  );
