/** Looks whether a program listens at a port of this computer, because a builder may run here unknown to Nix. */
import { connect } from 'node:net';

/** Whether somebody takes a connection at a TCP port of 127.0.0.1 within a second. Nothing is sent. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const end = (heard: boolean) => {
      socket.destroy();
      resolve(heard);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
