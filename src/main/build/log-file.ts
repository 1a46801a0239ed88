/** Keeps the whole log of a build in a file that can not fill the disk: the window shows only its end. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Bytes. Of one log at least the last `half` stays; and the last `logs` logs. */
const limits = { half: 8_000_000, buffer: 64_000, logs: 10 };

const suffix = '.log';

export interface LogFile {
  readonly path: string;
  write(line: string): void;
  close(): void;
  /** Closes it, and takes it away. */
  remove(): Promise<void>;
}

/**
 * Opens a new log in `folder`, which is made where it is missing, and removes the oldest beyond ten. A log that grows
 * past 8 MB goes on in a new file, with the 8 MB before beside it (`….log.1`). Never rejects: without a log, a build is
 * as good.
 */
export async function openLog(folder: string, name: string, now: Date): Promise<LogFile | null> {
  const stamp = now.toISOString().replace(/[:.]/g, '-');
  const file = path.join(folder, `${stamp}-${name.replace(/[^\w.-]/g, '_').slice(0, 80)}${suffix}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeOldest(folder);
    return new BoundedLog(file);
  } catch {
    return null;
  }
}

class BoundedLog implements LogFile {
  readonly path: string;
  #fd: number | null;
  #bytes = 0;
  #waiting: string[] = [];
  #length = 0;

  constructor(file: string) {
    this.path = file;
    this.#fd = openSync(file, 'w', 0o600);
  }

  write(line: string): void {
    this.#waiting.push(line, '\n');
    this.#length += line.length + 1;
    if (this.#length >= limits.buffer) this.#flush();
  }

  close(): void {
    this.#flush();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  async remove(): Promise<void> {
    this.close();
    await removeLog(this.path);
  }

  /** A full disk ends the log and not the build, which may still succeed. */
  #flush(): void {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#length = 0;
    if (this.#fd === null || text === '') return;
    try {
      this.#bytes += writeSync(this.#fd, text);
      if (this.#bytes >= limits.half) this.#turn();
    } catch {
      if (this.#fd !== null) closeSync(this.#fd);
      this.#fd = null;
    }
  }

  #turn(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    renameSync(this.path, `${this.path}.1`);
    this.#fd = openSync(this.path, 'w', 0o600);
    this.#bytes = 0;
  }
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).toSorted();
  for (const name of names.slice(0, Math.max(0, names.length - limits.logs + 1))) {
    const file = path.join(folder, name);
    // Only what has been left alone for a while: another build may be writing the oldest.
    const stats = await stat(file).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs < 60_000) continue;
    await removeLog(file);
  }
}

async function removeLog(file: string): Promise<void> {
  for (const one of [file, `${file}.1`]) await rm(one, { force: true });
}
