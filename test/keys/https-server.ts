/** A web server on this computer with a certificate of its own, for what is otherwise fetched from the web. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface HttpsServer {
  /** `https://localhost:PORT` */
  origin: string;
  /** The certificate to trust (PEM), and the file that holds it. */
  ca: string;
  caFile: string;
  close(): Promise<void>;
}

export async function startHttps(listener: RequestListener): Promise<HttpsServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-https-'));
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...make, ...subject, '-days', '2', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, listener);
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: readFileSync(cert, 'utf8'),
    caFile: cert,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
