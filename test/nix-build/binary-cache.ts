/** A binary cache on this computer that has whatever it is asked for, and never ends to send it: a download to cancel. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Nix calls the store path of the images that the tests build. */
const name = 'nixos-tiny.iso';

/** More than is ever sent of it. Bytes. */
const narBytes = 50_000_000;

export class StallingCache {
  readonly url: string;
  /** Called once something is being downloaded. */
  onDownload: () => void = () => undefined;
  #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<StallingCache> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cache = new StallingCache(server);
    server.on('request', ({ url = '' }, answer) => {
      // The format: nix-cache-info and HASH.narinfo, as `nix copy --to file://…` writes them.
      const hash = /^\/([0-9a-z]{32})\.narinfo$/.exec(url)?.[1];
      if (url === '/nix-cache-info') answer.end('StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 30\n');
      else if (hash !== undefined) answer.end(narInfo(hash));
      else if (url.startsWith('/nar/')) {
        answer.writeHead(200, { 'content-length': String(narBytes) });
        // A NAR begins with this word (its length first); a little of what is to follow, and no more.
        const begin = Buffer.alloc(24);
        begin.writeUInt8(13);
        begin.write('nix-archive-1', 8);
        answer.write(begin, () => cache.onDownload());
      } else answer.writeHead(404).end();
    });
    return cache;
  }

  /** How many connections stand now. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function narInfo(hash: string): string {
  const sum = `sha256:${'0'.repeat(52)}`;
  return [
    `StorePath: /nix/store/${hash}-${name}`,
    'URL: nar/image.nar',
    'Compression: none',
    `FileHash: ${sum}`,
    `FileSize: ${narBytes}`,
    `NarHash: ${sum}`,
    `NarSize: ${narBytes}`,
    'References: ',
    '',
  ].join('\n');
}
