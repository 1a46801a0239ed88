/** Speaks with QEMU: its Machine Protocol, as docs/interop/qmp-spec.txt describes it. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

export class Qmp {
  readonly #socket: Socket;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // A machine that is gone answers nothing any more; readline passes on what befell its input.
    socket.on('error', () => undefined);
    createInterface({ input: socket })
      .on('line', (line) => this.#hear(line))
      .on('error', () => undefined);
    socket.once('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('QEMU has ended'));
    });
  }

  /** @param socket a connection to QEMU on which nothing was said yet */
  static async on(socket: Socket): Promise<Qmp> {
    const qmp = new Qmp(socket);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /** Carries out one command; rejects with what QEMU says against it. */
  execute(command: string, args: object = {}): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(line: string): void {
    const message = JSON.parse(line) as { id?: number; return?: unknown; error?: { desc: string } };
    if (message.id === undefined) return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.return);
    else waiting?.reject(new Error(message.error.desc));
  }
}
