/**
 * A drive that can be told to misbehave, as a real loop device: this process keeps its bytes and shows them to the
 * kernel as a file (FUSE), of which the kernel makes a loop device with direct I/O, so that no cache hides anything.
 *
 * Only asynchronous calls may touch the device from here: this process answers for it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noLoops, run, type Loop, type Traces } from './loop.ts';

/** Why there can be no faulty drive here; null where there can. */
export const noFaults = noLoops ?? (existsSync('/dev/fuse') ? null : 'there is no /dev/fuse');

/** What is wrong with it; may be changed at any time. Offsets in bytes. */
interface Faults {
  /** The byte stored there is inverted, so many times, after the first `skip` writes of it. */
  flip?: { at: number; times: number; skip?: number };
  /** Two places of so many bytes that are stored in one: what is written last counts for both. */
  alias?: { at: number; as: number; bytes: number };
  /** It really holds only so much, and drops the rest or wraps around. */
  fake?: { bytes: number; beyond: 'drop' | 'wrap' };
  /** EIO for what touches this byte. */
  fail?: { on: 'read' | 'write'; at: number };
  /** ms before each answer. */
  slow?: number;
}

export interface FaultyDrive extends Loop {
  faults: Faults;
  /** What is stored. */
  bytes: Buffer;
  /** All writes so far as [position, length]. */
  writes: [number, number][];
  /** All reads so far as [position, length]. */
  reads: [number, number][];
}

/** Plugs in a drive of `size` bytes as that loop device, until the traces are undone. */
export async function plugIn(
  traces: Traces,
  folder: string,
  number: number,
  size: number,
): Promise<FaultyDrive> {
  const file = path.join(folder, `faulty${number}.img`);
  await writeFile(file, '');
  const drive: FaultyDrive = {
    path: `/dev/loop${number}`,
    number,
    file,
    faults: {},
    bytes: Buffer.alloc(size),
    writes: [],
    reads: [],
  };
  const kernel = await open('/dev/fuse', 'r+');
  await mount(kernel, file);
  const served = serve(kernel, drive);
  traces.undoLater(async () => {
    await run('umount', [file]);
    await served;
    await kernel.close();
  });
  await traces.loopOn(number, file, ['--direct-io=on']);
  return drive;
}

/** Puts the file system that `kernel` will answer for over a file: its only content is that file. */
async function mount(kernel: FileHandle, file: string): Promise<void> {
  const options = 'fd=3,rootmode=100000,user_id=0,group_id=0';
  const child = spawn('mount', ['-i', '-t', 'fuse', '-o', options, 'faulty-drive', file], {
    stdio: ['ignore', 'inherit', 'inherit', kernel.fd],
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`mount ended with ${String(status)}`);
}

/** Numbers from linux/fuse.h: what the kernel asks (protocol 7.31), and what we answer. */
const ask = {
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  interrupt: 36,
};
const errors = { eio: -5, enosys: -38 };
const mebi = 1024 * 1024;

/** Answers the kernel until the file system is unmounted. */
async function serve(kernel: FileHandle, drive: FaultyDrive): Promise<void> {
  for (;;) {
    const buffer = Buffer.alloc(mebi + 4096);
    const read = await kernel
      .read(buffer, 0, buffer.length, null)
      .catch((error: NodeJS.ErrnoException) => error);
    if (read instanceof Error) {
      // Asked and taken back before we came to read it.
      if (read.code === 'ENOENT' || read.code === 'EINTR') continue;
      return;
    }
    const question = buffer.subarray(0, read.bytesRead);
    if (question.length === 0) return;
    const opcode = question.readUInt32LE(4);
    if (opcode === ask.forget || opcode === ask.interrupt) continue;
    void answer(kernel, drive, opcode, question);
  }
}

async function answer(
  kernel: FileHandle,
  drive: FaultyDrive,
  opcode: number,
  question: Buffer,
): Promise<void> {
  const { slow } = drive.faults;
  const isTransfer = opcode === ask.read || opcode === ask.write || opcode === ask.fsync;
  if (slow !== undefined && isTransfer) await sleep(slow);
  const found = contentOf(drive, opcode, question.subarray(40));
  const body = typeof found === 'number' ? Buffer.alloc(0) : found;
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + body.length, 0);
  head.writeInt32LE(typeof found === 'number' ? found : 0, 4);
  question.copy(head, 8, 8, 16);
  // Refused only where nobody waits any more.
  await kernel.write(Buffer.concat([head, body])).catch(() => undefined);
}

/** The answer without its head, or an error number. */
function contentOf(drive: FaultyDrive, opcode: number, body: Buffer): Buffer | number {
  switch (opcode) {
    case ask.init: {
      const reply = Buffer.alloc(64);
      reply.writeUInt32LE(7, 0);
      reply.writeUInt32LE(31, 4);
      // Asynchronous reads and direct I/O, large writes, as many pages as a MiB has.
      reply.writeUInt32LE((1 << 0) | (1 << 5) | (1 << 15) | (1 << 22), 12);
      reply.writeUInt16LE(16, 16);
      reply.writeUInt16LE(12, 18);
      reply.writeUInt32LE(mebi, 20);
      reply.writeUInt32LE(1, 24);
      reply.writeUInt16LE(mebi / 4096, 28);
      return reply;
    }
    case ask.getattr:
    case ask.setattr: {
      const reply = Buffer.alloc(104);
      reply.writeBigUInt64LE(1n, 16);
      reply.writeBigUInt64LE(BigInt(drive.bytes.length), 24);
      reply.writeUInt32LE(0o100644, 76);
      reply.writeUInt32LE(1, 80);
      reply.writeUInt32LE(4096, 96);
      return reply;
    }
    case ask.open: {
      const reply = Buffer.alloc(16);
      // Direct I/O: the kernel keeps nothing of the file.
      reply.writeUInt32LE(1, 8);
      return reply;
    }
    case ask.read: {
      const position = Number(body.readBigUInt64LE(8));
      const length = Math.min(body.readUInt32LE(16), drive.bytes.length - position);
      drive.reads.push([position, length]);
      return fails(drive, 'read', position, length) ? errors.eio : load(drive, position, length);
    }
    case ask.write: {
      const position = Number(body.readBigUInt64LE(8));
      const length = body.readUInt32LE(16);
      if (fails(drive, 'write', position, length)) return errors.eio;
      store(drive, position, body.subarray(40, 40 + length));
      const reply = Buffer.alloc(8);
      reply.writeUInt32LE(length, 0);
      return reply;
    }
    case ask.release:
    case ask.fsync:
    case ask.flush:
      return Buffer.alloc(0);
    default:
      return errors.enosys;
  }
}

function fails({ faults: { fail } }: FaultyDrive, act: 'read' | 'write', position: number, length: number) {
  return fail !== undefined && fail.on === act && position <= fail.at && fail.at < position + length;
}

function store(drive: FaultyDrive, position: number, content: Buffer): void {
  const { flip } = drive.faults;
  drive.writes.push([position, content.length]);
  const stored = Buffer.from(content);
  if (flip !== undefined && position <= flip.at && flip.at < position + stored.length) {
    if (flip.skip !== undefined && flip.skip > 0) flip.skip -= 1;
    else if (flip.times > 0) {
      flip.times -= 1;
      stored[flip.at - position] = (stored[flip.at - position] ?? 0) ^ 0xff;
    }
  }
  eachSector(drive, position, stored.length, (place, from, to) => {
    if (place !== null) stored.copy(drive.bytes, place, from, to);
  });
}

function load(drive: FaultyDrive, position: number, length: number): Buffer {
  const found = Buffer.alloc(length);
  eachSector(drive, position, length, (place, from, to) => {
    if (place !== null) drive.bytes.copy(found, from, place, place + to - from);
  });
  return found;
}

/** Calls back for each 512 bytes with where they are really stored; null: nowhere. */
function eachSector(
  { faults: { alias, fake } }: FaultyDrive,
  position: number,
  length: number,
  then: (place: number | null, from: number, to: number) => void,
): void {
  for (let from = 0; from < length; from += 512) {
    let place: number | null = position + from;
    if (alias !== undefined && place >= alias.at && place < alias.at + alias.bytes)
      place += alias.as - alias.at;
    if (fake !== undefined && place >= fake.bytes) place = fake.beyond === 'wrap' ? place % fake.bytes : null;
    then(place, from, Math.min(from + 512, length));
  }
}
