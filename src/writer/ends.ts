/** What is written to, a drive or a file: etcher-sdk's classes, without what they do behind one's back on opening. */
import { constants, promises as fs } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockDevice } from 'etcher-sdk/build/source-destination/block-device.js';
import { File } from 'etcher-sdk/build/source-destination/file.js';
import type { Drive } from '../shared/contract.ts';

/** What was tried, on what, where: the operating system's own message knows none of that. */
export class TransferError extends Error {
  readonly code: string;
  constructor(
    readonly act: 'open' | 'read' | 'write' | 'flush',
    readonly path: string,
    /** Byte offset; null where the act has none. */
    readonly position: number | null,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = (cause as NodeJS.ErrnoException).code ?? '';
  }
}

/** What is asked of a target. Lengths and positions must be multiples of `blockSize`. */
export interface End {
  readonly path: string;
  /** Bytes; alignment that direct I/O asks of buffers, lengths and positions. */
  readonly blockSize: number;
  open(): Promise<void>;
  close(): Promise<void>;
  read(
    buffer: Buffer,
    bufferOffset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
  write(
    buffer: Buffer,
    bufferOffset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
  /** Returns when the device says that everything written so far is on it. */
  flush(): Promise<void>;
}

const openMillis = 5000;

/**
 * A whole drive, with direct I/O, for writing held exclusively: nothing can mount it until it is closed. The class it
 * extends would unmount by name prefix (loop71 takes loop710 with it) and retry a busy device for 19 minutes.
 */
export class HeldDrive extends BlockDevice implements End {
  readonly blockSize: number;
  constructor(drive: Drive, write: boolean) {
    super({ drive: asEtcherDrive(drive), write, direct: true });
    this.blockSize = this.alignment;
  }

  /** Waits at most 5 s for whoever holds the device now, e.g. the desktop that looks for file systems on it. */
  protected override async _open(): Promise<void> {
    const until = Date.now() + openMillis;
    for (;;) {
      try {
        this.fileHandle = await openOr(this.path, this.getOpenFlags());
        return;
      } catch (error) {
        if (!(error instanceof TransferError) || error.code !== 'EBUSY' || Date.now() > until) throw error;
        await sleep(100);
      }
    }
  }

  async flush(): Promise<void> {
    await flushOr(this.fileHandle, this.path);
  }

  /** The kernel's number of what is open, to be compared with the drive that was checked. */
  async rdev(): Promise<number> {
    return (await this.fileHandle.stat()).rdev;
  }
}

/** An ordinary file in the place of a drive. */
export class PracticeFile extends File implements End {
  readonly blockSize = 4096;

  /**
   * Created if missing, emptied if it is to be written. The read-back passes by the page cache where the file system
   * can do that; elsewhere (tmpfs of older kernels, some network file systems) it reads what the kernel holds, since
   * Node has no posix_fadvise to drop that.
   */
  protected override async _open(): Promise<void> {
    const { O_RDONLY, O_RDWR, O_CREAT, O_NOFOLLOW, O_DIRECT } = constants;
    const flags = (this.oWrite ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW;
    this.fileHandle = await openOr(this.path, flags | O_DIRECT).catch((error: unknown) => {
      if (error instanceof TransferError && error.code === 'EINVAL') return openOr(this.path, flags);
      throw error;
    });
  }

  async isRegular(): Promise<boolean> {
    return (await this.fileHandle.stat()).isFile();
  }

  /** Nobody but its owner may look into it from now on. */
  async keepPrivate(): Promise<void> {
    await this.fileHandle.chmod(0o600).catch((error: unknown) => {
      throw new TransferError('write', this.path, null, error);
    });
  }

  async resize(bytes: number): Promise<void> {
    await this.fileHandle.truncate(bytes).catch((error: unknown) => {
      throw new TransferError('write', this.path, null, error);
    });
  }

  async flush(): Promise<void> {
    await flushOr(this.fileHandle, this.path);
  }
}

/**
 * Reads until `length` bytes are there or the end is reached.
 *
 * @returns how many bytes there were.
 * @throws TransferError
 */
export async function readFully(
  end: Pick<End, 'read' | 'path'>,
  buffer: Buffer,
  length: number,
  position: number,
): Promise<number> {
  let have = 0;
  while (have < length) {
    try {
      const { bytesRead } = await end.read(buffer, have, length - have, position + have);
      if (bytesRead === 0) break;
      have += bytesRead;
    } catch (error) {
      throw new TransferError('read', end.path, position + have, error);
    }
  }
  return have;
}

/**
 * Writes all of it: a drive may take less than it was given at a time.
 *
 * @throws TransferError
 */
export async function writeFully(
  end: Pick<End, 'write' | 'path'>,
  buffer: Buffer,
  length: number,
  position: number,
): Promise<void> {
  let have = 0;
  while (have < length) {
    try {
      const { bytesWritten } = await end.write(buffer, have, length - have, position + have);
      if (bytesWritten === 0) throw Object.assign(new Error('nothing was taken'), { code: 'ENOSPC' });
      have += bytesWritten;
    } catch (error) {
      throw new TransferError('write', end.path, position + have, error);
    }
  }
}

/**
 * Opens a file within 5 s.
 *
 * @throws TransferError
 */
export async function openOr(path: string, flags: number): Promise<fs.FileHandle> {
  let isLate = false;
  const opening = fs.open(path, flags, 0o644);
  // A drive that is failing can keep open(2) itself waiting; what comes after the bound is closed again.
  opening.then((opened) => (isLate ? opened.close() : undefined)).catch(() => undefined);
  const bound = new AbortController();
  const late = sleep(openMillis, undefined, { signal: bound.signal }).then(() => {
    isLate = true;
    throw Object.assign(new Error('no answer within 5 s'), { code: 'ETIMEDOUT' });
  });
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    throw new TransferError('open', path, null, error);
  } finally {
    bound.abort();
    late.catch(() => undefined);
  }
}

async function flushOr(opened: fs.FileHandle, path: string): Promise<void> {
  await opened.sync().catch((error: unknown) => {
    throw new TransferError('flush', path, null, error);
  });
}

/** The fields of drivelist's own drive that etcher-sdk reads. */
function asEtcherDrive(drive: Drive): ConstructorParameters<typeof BlockDevice>[0]['drive'] {
  return {
    enumerator: 'nixburn',
    // macOS has two names for a disk, and passes by its cache for this one only.
    raw: process.platform === 'darwin' ? drive.path.replace('/dev/disk', '/dev/rdisk') : drive.path,
    device: drive.path,
    devicePath: null,
    description: drive.model,
    size: drive.bytes,
    // Never more than the kernel asks for, and a power of two, as O_DIRECT wants it.
    blockSize: drive.blockSize,
    logicalBlockSize: drive.blockSize,
    busType: drive.bus,
    busVersion: null,
    mountpoints: [],
    isReadOnly: drive.readOnly,
    isSystem: false,
    isVirtual: null,
    isRemovable: drive.removable,
    isCard: null,
    isSCSI: null,
    isUSB: null,
    isUAS: null,
    error: null,
    partitionTableType: null,
  };
}
