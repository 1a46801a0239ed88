/** Tries the SSH port of one address after another: where the name is not announced, or the network keeps it back. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** ms between two tries: a hundred a second are no storm, even for the smallest router. */
const pauseMillis = 10;
/** ms. What is in the same network answers in a few. */
const patienceMillis = 1000;

/**
 * Calls `onOpen` for every address at which something accepts connections.
 *
 * @param onTried is called after each try, with how many there were
 * @returns once all were tried, or soon after `signal` aborts.
 */
export async function sweep(
  addresses: readonly string[],
  port: number,
  { onOpen, onTried }: { onOpen(address: string): void; onTried(count: number): void },
  signal: AbortSignal,
): Promise<void> {
  let tried = 0;
  const tries: Promise<void>[] = [];
  for (const address of addresses) {
    if (signal.aborted) break;
    tries.push(
      (async () => {
        const isOpen = await accepts(address, port, signal);
        tried += 1;
        if (isOpen) onOpen(address);
        onTried(tried);
      })(),
    );
    await sleep(pauseMillis, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(tries);
}

function accepts(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (isOpen: boolean) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(isOpen);
    };
    const stop = () => end(false);
    signal.addEventListener('abort', stop, { once: true });
    socket.setTimeout(patienceMillis, stop);
    socket.once('connect', () => end(true));
    socket.once('error', stop);
  });
}
