/** Starts an emulated machine from an image on an emulated USB stick, and reads what it says on its serial port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const firmwareFolder = '/usr/share/OVMF';

/** What the miniature system prints when it has said all about itself. */
const lastWord = 'NIXBURN-BOOT-OK';

/**
 * Runs QEMU and waits for its end or for the end of file descriptor 3, whatever comes first. The other end of that pipe
 * is held by this process: however it ends, it can not leave a machine running.
 */
const leash = `"$@" 3<&- & machine=$!
exec 2>/dev/null
{ cat <&3 >/dev/null; kill -KILL $machine; } & watch=$!
wait $machine
kill $watch`;

/**
 * Boots an image as a USB stick. The machine has a network only where somebody wants to reach it, and then no other
 * than this computer.
 *
 * Nothing is written to the image or to the firmware's own store: QEMU keeps what the machine writes in files that have
 * no name any more (`snapshot=on`).
 *
 * @param {import('./boot.mjs').BootOptions} options
 * @returns {Promise<import('./boot.mjs').BootResult>}
 */
export async function bootStick({ image, firmware, timeoutMs, memoryMiB = 512, drives = [], whileUp }) {
  const sshPort = whileUp ? await freePort() : null;
  const folder = whileUp ? await mkdtemp(path.join(tmpdir(), 'nixburn-machine-')) : null;
  const monitor = folder === null ? null : path.join(folder, 'monitor');
  const started = performance.now();
  const child = spawn(
    'sh',
    [
      '-c',
      leash,
      'sh',
      'qemu-system-x86_64',
      ...machine({ image, firmware, memoryMiB, drives, sshPort, monitor }),
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  /** @type {Buffer[]} */
  const said = [];
  /** @type {Buffer[]} */
  const complaints = [];
  const [serialPort, errors, lifeline] = [child.stdio[1], child.stdio[2], child.stdio[3]];
  // A pipe to a process that is gone already; that is what is wanted.
  lifeline.on('error', () => {});
  const closed = once(child, 'close');

  /** @type {number | undefined} */
  let bootedAfter;
  const heard = new Promise((resolve) => {
    serialPort.on('data', (/** @type {Buffer} */ bytes) => {
      said.push(bytes);
      // The word may come in pieces, at the least one byte each.
      if (bootedAfter === undefined && Buffer.concat(said.slice(-lastWord.length)).includes(lastWord)) {
        bootedAfter = performance.now() - started;
        resolve(undefined);
      }
    });
  });
  errors.on('data', (/** @type {Buffer} */ bytes) => complaints.push(bytes));

  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const over = Promise.race([
    once(child, 'exit'),
    new Promise((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    }),
  ]);
  try {
    await Promise.race([heard, over]);
    if (bootedAfter !== undefined && whileUp && sshPort && monitor) {
      const screenshot = (/** @type {string} */ file) => takePicture(monitor, file);
      await Promise.race([whileUp({ sshPort, screenshot }), over]);
    }
  } finally {
    clearTimeout(timer);
    lifeline.destroy();
    await closed;
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
  return {
    serial: Buffer.concat([...said, ...complaints]).toString('utf8'),
    booted: bootedAfter !== undefined,
    millis: bootedAfter ?? performance.now() - started,
  };
}

/**
 * Has QEMU write what the machine's screen shows into a file, as PPM.
 *
 * @param {string} monitor path of the socket of QEMU's monitor
 * @param {string} file
 */
async function takePicture(monitor, file) {
  const socket = connect(monitor);
  const prompts = promptsOf(socket);
  try {
    await prompts.next();
    socket.write(`screendump ${file}\n`);
    await prompts.next();
  } finally {
    socket.destroy();
  }
}

/** Comes with each prompt of QEMU's monitor: when the command before it is done. */
async function* promptsOf(/** @type {import('node:net').Socket} */ socket) {
  let said = '';
  for await (const bytes of socket) {
    said += bytes.toString();
    while (said.includes('(qemu) ')) {
      said = said.slice(said.indexOf('(qemu) ') + 7);
      yield;
    }
  }
}

/** A port of this computer that nobody listens on at the moment. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * The machine as arguments of qemu-system-x86_64(1): nothing but what a boot from USB needs.
 *
 * @param {Required<Pick<import('./boot.mjs').BootOptions, 'image' | 'firmware' | 'memoryMiB' | 'drives'>> & {
 *   sshPort: number | null;
 *   monitor: string | null;
 * }} options
 */
function machine({ image, firmware, memoryMiB, drives, sshPort, monitor }) {
  const code = ['-drive', `if=pflash,format=raw,readonly=on,file=${firmwareFolder}/OVMF_CODE_4M.fd`];
  const variables = ['-drive', `if=pflash,format=raw,snapshot=on,file=${firmwareFolder}/OVMF_VARS_4M.fd`];
  return [
    ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-vga', 'std'],
    // The processor is emulated wherever the tests run: the figures stay comparable, and no rights are needed.
    [
      '-machine',
      'q35',
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      'Nehalem,+rdrand',
      '-smp',
      '1',
      '-m',
      `${memoryMiB}`,
    ],
    [
      '-serial',
      'stdio',
      '-monitor',
      monitor === null ? 'none' : `unix:${quoted(monitor)},server=on,wait=off`,
    ],
    ...(firmware === 'uefi' ? [code, variables] : []),
    ['-drive', `if=none,id=stick,format=raw,snapshot=on,file=${quoted(image)}`],
    ['-device', 'qemu-xhci,id=usb'],
    ['-device', 'usb-storage,bus=usb.0,drive=stick,removable=on,bootindex=0'],
    ...(sshPort
      ? [
          ['-netdev', `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${sshPort}-:22`],
          ['-device', 'virtio-net-pci,netdev=net,romfile='],
        ]
      : [['-nic', 'none']]),
    ...drives.flatMap((file, at) => [
      ['-drive', `if=none,id=disk${at},format=raw,snapshot=on,file=${quoted(file)}`],
      ['-device', `ide-hd,drive=disk${at},bus=ide.${at}`],
    ]),
  ].flat();
}

/** A file name inside a comma-separated option of QEMU. */
const quoted = (/** @type {string} */ file) => file.replaceAll(',', ',,');
