/** A door through a WebSocket, for the window in a browser; it comes back by itself when the host does. */
import type { Door, Reply, Request } from '../shared/contract.ts';
import type { Connection } from './backend.ts';

const firstWaitMillis = 500;
const longestWaitMillis = 5000;

/**
 * Opens the socket and keeps it open.
 *
 * What is asked before the first connection waits for it; what is asked while the connection is lost is dropped, and
 * `onState('lost')` follows so that nobody waits for its answer.
 */
export function openSocket(address: string, onState: (state: Connection) => void): Door {
  const listeners = new Set<(reply: Reply) => void>();
  let waiting: Request[] = [];
  let socket: WebSocket | null = null;
  let state: Connection = 'connecting';
  let wait = firstWaitMillis;

  function change(next: Connection): void {
    state = next;
    onState(next);
  }

  function open(): void {
    socket = new WebSocket(address);
    socket.addEventListener('open', () => {
      wait = firstWaitMillis;
      for (const request of waiting) socket?.send(JSON.stringify(request));
      waiting = [];
      change('open');
    });
    socket.addEventListener('message', (message) => {
      const reply = JSON.parse(String(message.data)) as Reply;
      for (const listener of listeners) listener(reply);
    });
    socket.addEventListener('close', () => {
      socket = null;
      waiting = [];
      change('lost');
      setTimeout(open, wait);
      wait = Math.min(longestWaitMillis, wait * 2);
    });
  }
  open();

  return {
    send(request) {
      if (state === 'open' && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
      else if (state === 'connecting') waiting.push(request);
      else queueMicrotask(() => change('lost'));
    },
    onReply(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
