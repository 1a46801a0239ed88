/** Makes the certificates of an enterprise network: an authority with its server and its client, and a stranger. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** The name in the server's certificate. */
export const serverName = 'radius.example.org';

/** Each in PEM form. */
export interface Certificates {
  authority: string;
  server: string;
  serverKey: string;
  client: string;
  clientKey: string;
  /** The client's key, encrypted with `keyPassword`. */
  lockedKey: string;
  keyPassword: string;
  /** Another authority, which has vouched for nobody here. */
  stranger: string;
}

/** openssl-req(1): which extensions a certificate gets. */
const settings = `[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
subjectAltName = DNS:${serverName}
extendedKeyUsage = serverAuth
[client]
extendedKeyUsage = clientAuth
`;

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-certificates-'));
  const openssl = (args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
  const make = async (name: string, kind: string, commonName: string, authority: string | null) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', `${name}.key`];
    const signed = authority === null ? [] : ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`];
    const own = ['-subj', `/CN=${commonName}`, '-days', '30', '-out', `${name}.pem`];
    await openssl(['req', '-config', 'settings', '-x509', '-extensions', kind, ...key, ...signed, ...own]);
  };
  const keyPassword = 'pass"word; of #the \\key';
  try {
    await writeFile(path.join(folder, 'settings'), settings);
    await writeFile(path.join(folder, 'password'), keyPassword);
    await make('authority', 'authority', 'Example Authority', null);
    await make('stranger', 'authority', 'Another Authority', null);
    await make('server', 'server', serverName, 'authority');
    await make('client', 'client', 'ada', 'authority');
    const lock = ['-topk8', '-in', 'client.key', '-out', 'locked.key', '-passout', 'file:password'];
    await openssl(['pkcs8', ...lock]);
    const read = (name: string) => readFile(path.join(folder, name), 'utf8');
    return {
      authority: await read('authority.pem'),
      server: await read('server.pem'),
      serverKey: await read('server.key'),
      client: await read('client.pem'),
      clientKey: await read('client.key'),
      lockedKey: await read('locked.key'),
      keyPassword,
      stranger: await read('stranger.pem'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
