/** Finds out whether a computer would boot from a stick, by trying: a machine with a BIOS and nothing but the stick. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const word = 'NIXBURN-STICK-BOOTED';

/** For a BIOS in 16-bit mode: writes the word to the first serial port, one byte after the other, and halts. */
const bootSector = Buffer.concat([
  Buffer.from('fc31c08ed8baf803be167cac84c07403eeebf8f4ebfd', 'hex'),
  Buffer.from(`${word}\n\0`, 'latin1'),
]);

/**
 * An ISO image of about `mebi` MiB that a BIOS boots, and whose first sector says so.
 *
 * @returns its path
 */
export async function makeBootableImage(folder: string, mebi: number): Promise<string> {
  const contents = path.join(folder, 'contents');
  await mkdir(contents);
  await writeFile(path.join(contents, 'bytes'), randomBytes(mebi * 1024 * 1024));
  const systemArea = Buffer.alloc(512);
  bootSector.copy(systemArea);
  systemArea.writeUInt16LE(0xaa55, 510);
  await writeFile(path.join(folder, 'boot-sector'), systemArea);
  const image = path.join(folder, 'rig.iso');
  const area = ['-G', path.join(folder, 'boot-sector')];
  const options = ['-as', 'mkisofs', '-quiet', '-V', 'RIG', ...area, '-o', image, contents];
  await promisify(execFile)('xorriso', options);
  return image;
}

/** Whether a computer with these bytes as its only stick boots from them; rejects where it does neither that nor give up. */
export async function boots(bytes: Buffer): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-boot-'));
  const at = (name: string) => path.join(folder, name);
  try {
    await writeFile(at('stick'), bytes);
    const [program = '', ...args] = [
      ['setpriv', '--pdeathsig', 'KILL', 'qemu-system-x86_64'],
      [
        '-nodefaults',
        '-no-user-config',
        '-no-reboot',
        '-display',
        'none',
        '-machine',
        'q35',
        '-accel',
        'tcg',
      ],
      ['-m', '64', '-snapshot', '-serial', 'stdio'],
      // What SeaBIOS tells of its search: its debug port.
      ['-chardev', `file,id=bios,path=${at('bios')}`, '-device', 'isa-debugcon,iobase=0x402,chardev=bios'],
      ['-device', 'qemu-xhci', '-drive', `if=none,id=stick,format=raw,file=${at('stick')}`],
      ['-device', 'usb-storage,drive=stick,bootindex=0'],
    ].flat();
    const machine = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(machine, 'close');
    let said = '';
    machine.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    try {
      for (const until = performance.now() + 60_000; performance.now() < until;) {
        if (said.includes(word)) return true;
        const bios = await readFile(at('bios'), 'utf8').catch(() => '');
        if (/No bootable device|Boot failed/.test(bios)) return false;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`neither booted nor gave up: ${said} ${await readFile(at('bios'), 'utf8')}`);
    } finally {
      machine.kill('SIGKILL');
      await ended;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
