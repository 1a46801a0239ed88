/** Whether a port of this computer is in use. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { isListening } from '../../src/main/build/listening.ts';

test('A port is listened at for as long as somebody does', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isListening(port)).toBe(true);
  server.close();
  await once(server, 'close');
  expect(await isListening(port)).toBe(false);
});
