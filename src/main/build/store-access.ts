/** Finds out whether this account may build here, without starting Nix. */
import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import type { BuilderFacts } from './facts.ts';

const daemonSocket = '/nix/var/nix/daemon-socket/socket';

/** As Nix itself decides (`openStore` in store-api.cc): a store that may be written, else the daemon. */
export async function storeAccess(): Promise<BuilderFacts['store']> {
  if (process.getuid?.() === 0) return 'ready';
  if ((await mayWrite('/nix/var/nix')) && (await mayWrite('/nix/store'))) return 'ready';
  return new Promise((resolve) => {
    const socket = connect(daemonSocket);
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket.once('connect', () => {
      socket.destroy();
      resolve('ready');
    });
    socket.once('error', (error) => resolve('code' in error && error.code === 'EACCES' ? 'denied' : 'down'));
  });
}

async function mayWrite(place: string): Promise<boolean> {
  return access(place, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
