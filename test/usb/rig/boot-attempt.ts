/** Finds out whether a computer would boot from a stick, by trying: a machine with a BIOS, or UEFI, and nothing but the stick. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const word = 'NIXBURN-STICK-BOOTED';

export type Firmware = 'bios' | 'uefi';

const run = promisify(execFile);
const firmwareFolder = '/usr/share/OVMF';

/** For a BIOS in 16-bit mode: writes the word to the first serial port, one byte after the other, and halts. */
const bootSector = Buffer.concat([
  Buffer.from('fc31c08ed8baf803be167cac84c07403eeebf8f4ebfd', 'hex'),
  Buffer.from(`${word}\n\0`, 'latin1'),
]);

/**
 * The same for UEFI: a program of 64 bits (PE32+, an EFI application) in one section. Written out here because what links
 * such files is on few computers; Microsoft's "PE Format" names the fields.
 */
function efiProgram(): Buffer {
  const code = Buffer.concat([
    // lea rsi,[rip+16]; mov dx,0x3f8; cld; next: lodsb; test al,al; jz end; out dx,al; jmp next; end: hlt; jmp end
    Buffer.from('488d351000000066baf803fcac84c07403eeebf8f4ebfd', 'hex'),
    Buffer.from(`${word}\n\0`, 'latin1'),
  ]);
  const file = Buffer.alloc(1024);
  const headerAt = 64;
  file.write('MZ', 0, 'latin1');
  file.writeUInt32LE(headerAt, 0x3c);
  file.write('PE\0\0', headerAt, 'latin1');
  const coff = headerAt + 4;
  file.writeUInt16LE(0x8664, coff); // x86-64
  file.writeUInt16LE(1, coff + 2); // sections
  file.writeUInt16LE(112, coff + 16); // bytes of the optional header, without directories
  file.writeUInt16LE(0x22, coff + 18); // executable, takes large addresses
  const optional = coff + 20;
  file.writeUInt16LE(0x20b, optional); // PE32+
  file.writeUInt32LE(512, optional + 4); // bytes of code
  file.writeUInt32LE(0x1000, optional + 16); // where it begins to run
  file.writeUInt32LE(0x1000, optional + 20); // where the code is
  file.writeUInt32LE(0x1000, optional + 32); // alignment in memory
  file.writeUInt32LE(512, optional + 36); // alignment in the file
  file.writeUInt32LE(0x2000, optional + 56); // bytes in memory
  file.writeUInt32LE(512, optional + 60); // bytes of headers
  file.writeUInt16LE(10, optional + 68); // EFI application
  const section = optional + 112;
  file.write('.text', section, 'latin1');
  file.writeUInt32LE(code.length, section + 8); // bytes in memory
  file.writeUInt32LE(0x1000, section + 12); // where in memory
  file.writeUInt32LE(512, section + 16); // bytes in the file
  file.writeUInt32LE(512, section + 20); // where in the file
  file.writeUInt32LE(0x6000_0020, section + 36); // code, to be read and run
  code.copy(file, 512);
  return file;
}

/**
 * An ISO image of about `mebi` MiB that a BIOS and UEFI boot, and that says so.
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
  // A small FAT file system with the one file that firmware looks for: UEFI 2.10, 3.5.1.1.
  const system = path.join(folder, 'efi-system');
  await writeFile(path.join(folder, 'BOOTX64.EFI'), efiProgram());
  await run('mformat', ['-C', '-f', '1440', '-i', system, '::']);
  await run('mmd', ['-i', system, '::/EFI', '::/EFI/BOOT']);
  await run('mcopy', ['-i', system, path.join(folder, 'BOOTX64.EFI'), '::/EFI/BOOT/BOOTX64.EFI']);
  const image = path.join(folder, 'rig.iso');
  const area = ['-G', path.join(folder, 'boot-sector')];
  const efi = ['-append_partition', '2', '0xef', system];
  const start = ['-e', '--interval:appended_partition_2:all::', '-no-emul-boot'];
  const options = ['-as', 'mkisofs', '-quiet', '-V', 'RIG', ...area, ...efi, ...start, '-o', image, contents];
  await run('xorriso', options);
  return image;
}

/** Whether a computer with these bytes as its only stick boots from them; rejects where it does neither that nor give up. */
export async function boots(bytes: Buffer, firmware: Firmware = 'bios'): Promise<boolean> {
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
      ['-m', firmware === 'bios' ? '64' : '256', '-snapshot', '-serial', 'stdio'],
      // What SeaBIOS tells of its search: its debug port. OVMF tells it on the serial port.
      ['-chardev', `file,id=bios,path=${at('bios')}`, '-device', 'isa-debugcon,iobase=0x402,chardev=bios'],
      ...(firmware === 'bios'
        ? []
        : [
            ['-cpu', 'Nehalem,+rdrand', '-nic', 'none'],
            ['-drive', `if=pflash,format=raw,readonly=on,file=${firmwareFolder}/OVMF_CODE_4M.fd`],
            ['-drive', `if=pflash,format=raw,snapshot=on,file=${firmwareFolder}/OVMF_VARS_4M.fd`],
          ]),
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
        // Debian's OVMF ends in the shell that it has built in.
        if (/No bootable option|UEFI Interactive Shell/.test(said)) return false;
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
