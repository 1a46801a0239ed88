/**
 * A stick that can be told to misbehave: its bytes lie in this process, and QEMU asks for them as from a disk server (NBD).
 * Protocol: doc/proto.md of the NBD project; fixed newstyle handshake, simple replies.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is wrong with it; may be changed at any time. Offsets in bytes. */
export interface Faults {
  /** The byte stored there is inverted. */
  flip?: number;
  /** It really holds only so much, and drops the rest or wraps around. */
  fake?: { bytes: number; beyond: 'drop' | 'wrap' };
  /** I/O errors for what touches this byte. */
  fail?: { on: 'read' | 'write'; at: number };
  /** So many bytes a second, both ways. */
  rate?: number;
  /** Neither these, nor anything after them, is answered as long as it is set. */
  stalled?: 'everything' | 'flushes';
}

export interface StickOptions {
  bytes: number;
  serial: string;
  writeProtected?: boolean;
}

const errors = { perm: 1, io: 5, inval: 22 };
/** NBD_FLAG_HAS_FLAGS, READ_ONLY, SEND_FLUSH. */
const flags = { has: 1, readOnly: 2, flush: 4 };

export class Stick {
  readonly serial: string;
  readonly writeProtected: boolean;
  readonly bytes: Buffer;
  readonly socket: string;
  faults: Faults = {};
  /** Bytes that QEMU has written so far. */
  written = 0;
  /** Bytes that QEMU has read so far. */
  read = 0;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  #free = 0;

  private constructor({ bytes, serial, writeProtected = false }: StickOptions, socket: string) {
    this.serial = serial;
    this.writeProtected = writeProtected;
    this.bytes = Buffer.alloc(bytes);
    this.socket = socket;
    this.#server = createServer((connection) => {
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
      this.#serve(connection).catch(() => connection.destroy());
    });
  }

  /** @param socket a path where there is nothing yet */
  static async make(options: StickOptions, socket: string): Promise<Stick> {
    const stick = new Stick(options, socket);
    stick.#server.listen(socket);
    await once(stick.#server, 'listening');
    return stick;
  }

  /** Resolves once what was written (or read) since now amounts to so many bytes. */
  until(what: 'written' | 'read', bytes: number): Promise<void> {
    const goal = this[what] + bytes;
    return new Promise((resolve) => {
      const look = () => {
        if (this[what] < goal) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.destroy();
    this.#server.close();
  }

  async #serve(connection: Socket): Promise<void> {
    connection.on('error', () => undefined);
    const input = new Input(connection);
    connection.write(Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), u16(3)]));
    await input.take(4);
    if (!(await this.#agree(connection, input))) return;
    for (;;) {
      const request = await input.take(28);
      const command = request.readUInt16BE(6);
      const cookie = Buffer.from(request.subarray(8, 16));
      const offset = Number(request.readBigUInt64BE(16));
      const length = request.readUInt32BE(24);
      // NBD_CMD_DISC
      if (command === 2) break;
      const payload = command === 1 ? Buffer.from(await input.take(length)) : Buffer.alloc(0);
      void this.#reply(connection, cookie, this.#answer(command, offset, length, payload));
    }
    connection.end();
  }

  async #reply(connection: Socket, cookie: Buffer, answer: Promise<Buffer | number>): Promise<void> {
    const found = await answer;
    const error = typeof found === 'number' ? found : 0;
    const head = Buffer.concat([u32(0x67446698), u32(error), cookie]);
    if (!connection.destroyed)
      connection.write(typeof found === 'number' ? head : Buffer.concat([head, found]));
  }

  /** The options of the handshake. @returns whether transmission begins */
  async #agree(connection: Socket, input: Input): Promise<boolean> {
    const about = flags.has | flags.flush | (this.writeProtected ? flags.readOnly : 0);
    const reply = (option: number, type: number, content = Buffer.alloc(0)) =>
      connection.write(
        Buffer.concat([
          Buffer.from('0003e889045565a9', 'hex'),
          u32(option),
          u32(type),
          u32(content.length),
          content,
        ]),
      );
    for (;;) {
      const head = await input.take(16);
      const option = head.readUInt32BE(8);
      await input.take(head.readUInt32BE(12));
      switch (option) {
        // NBD_OPT_EXPORT_NAME
        case 1:
          connection.write(Buffer.concat([u64(this.bytes.length), u16(about), Buffer.alloc(124)]));
          return true;
        // NBD_OPT_ABORT
        case 2:
          reply(option, 1);
          connection.end();
          return false;
        // NBD_OPT_INFO, NBD_OPT_GO: NBD_REP_INFO with NBD_INFO_EXPORT, then NBD_REP_ACK
        case 6:
        case 7:
          reply(option, 3, Buffer.concat([u16(0), u64(this.bytes.length), u16(about)]));
          reply(option, 1);
          if (option === 7) return true;
          break;
        // NBD_REP_ERR_UNSUP
        default:
          reply(option, 0x80000001);
      }
    }
  }

  /** @returns what a read or write gives, or an error number */
  async #answer(command: number, offset: number, length: number, payload: Buffer): Promise<Buffer | number> {
    await this.#pace(length, command === 3);
    const touches = (act: 'read' | 'write') => {
      const { fail } = this.faults;
      return fail?.on === act && offset <= fail.at && fail.at < offset + length;
    };
    let found: Buffer | number;
    switch (command) {
      case 0:
        found = touches('read') ? errors.io : this.#load(offset, length);
        this.read += length;
        break;
      case 1:
        if (this.writeProtected) return errors.perm;
        if (touches('write')) return errors.io;
        this.#store(offset, payload);
        this.written += length;
        found = Buffer.alloc(0);
        break;
      case 3:
        found = Buffer.alloc(0);
        break;
      default:
        return errors.inval;
    }
    for (const look of this.#watchers) look();
    return found;
  }

  /** Transfers wait for each other: the medium is one. */
  async #pace(length: number, isFlush: boolean): Promise<void> {
    const { rate } = this.faults;
    if (rate !== undefined) {
      this.#free = Math.max(this.#free, performance.now()) + (length / rate) * 1000;
      await sleep(this.#free - performance.now());
    }
    const isHeld = () =>
      this.faults.stalled === 'everything' || (isFlush && this.faults.stalled === 'flushes');
    while (isHeld()) await sleep(50);
  }

  #load(offset: number, length: number): Buffer {
    const found = Buffer.alloc(length);
    this.#eachPart(offset, length, (place, from, to) => {
      if (place !== null) this.bytes.copy(found, from, place, place + to - from);
    });
    return found;
  }

  #store(offset: number, content: Buffer): void {
    const { flip } = this.faults;
    if (flip !== undefined && offset <= flip && flip < offset + content.length)
      content[flip - offset] = (content[flip - offset] ?? 0) ^ 0xff;
    this.#eachPart(offset, content.length, (place, from, to) => {
      if (place !== null) content.copy(this.bytes, place, from, to);
    });
  }

  /** Calls back for each part that lies together with where it is really stored; null: nowhere. */
  #eachPart(
    offset: number,
    length: number,
    then: (place: number | null, from: number, to: number) => void,
  ): void {
    const { fake } = this.faults;
    const real = fake?.bytes ?? this.bytes.length;
    for (let from = 0; from < length;) {
      const at = offset + from;
      const to = Math.min(length, from + real - (at % real));
      const isBeyond = at >= real && fake?.beyond === 'drop';
      then(isBeyond ? null : at % real, from, to);
      from = to;
    }
  }
}

/** Takes exactly so many bytes from a connection at a time. */
class Input {
  readonly #chunks: AsyncIterator<Buffer>;
  #have: Buffer[] = [];
  #length = 0;
  constructor(connection: Socket) {
    this.#chunks = connection[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }
  async take(length: number): Promise<Buffer> {
    while (this.#length < length) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new Error('the other end is gone');
      this.#have.push(next.value);
      this.#length += next.value.length;
    }
    const all = this.#have.length === 1 ? (this.#have[0] as Buffer) : Buffer.concat(this.#have);
    this.#have = length < all.length ? [all.subarray(length)] : [];
    this.#length -= length;
    return all.subarray(0, length);
  }
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}
