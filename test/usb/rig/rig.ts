/**
 * A computer of the project's own to pull sticks out of: QEMU emulates it without any help of the processor, and it runs the
 * project's real, built programs, since its root is the host's (nothing that it writes reaches the host). The sticks are
 * USB mass storage on an xHCI controller to it; this process keeps their bytes, and can do to them whatever befalls sticks.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInstalled } from '../../../scripts/set-up.mjs';
import { makeGuest, type Guest } from './guest.ts';
import { Qmp } from './qmp.ts';
import { Stick, type StickOptions } from './stick.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Why there can be no such computer here; null where there can. */
export const noRig =
  process.platform !== 'linux'
    ? 'the guest runs the programs of a Linux host'
    : process.getuid?.() !== 0
      ? 'showing the host’s files to the guest needs root'
      : process.arch !== 'x64'
        ? 'the guest’s kernel is for x86-64'
        : !isInstalled('qemu-system-x86_64') || !existsSync('/bin/busybox') || !isInstalled('cpio')
          ? 'QEMU, busybox-static or cpio is not installed'
          : null;

/** What the agent in the guest says. `at`: ms of the guest's clock. */
interface Word {
  at: number;
  ready?: true;
  run?: number;
  out?: string;
  err?: string;
  exit?: number | null;
  signal?: string | null;
  appeared?: string;
  gone?: string;
}

/** A program in the guest. */
export class GuestRun {
  readonly out: { line: string; at: number }[] = [];
  readonly #events: Record<string, unknown>[] = [];
  readonly err: string[] = [];
  /** Exit status, null where a signal ended it; `host` is ms of performance.now() here. */
  readonly ended: Promise<{ exit: number | null; signal: string | null; host: number }>;
  readonly #send: (message: object) => void;
  readonly #id: number;
  readonly #watchers = new Set<() => void>();
  #end!: (ended: { exit: number | null; signal: string | null; host: number }) => void;

  constructor(id: number, send: (message: object) => void) {
    this.#id = id;
    this.#send = send;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  hear(word: Word): void {
    if (word.out !== undefined) {
      this.out.push({ line: word.out, at: word.at });
      if (word.out.startsWith('{')) this.#events.push(JSON.parse(word.out) as Record<string, unknown>);
    }
    if (word.err !== undefined) this.err.push(word.err);
    if (word.exit !== undefined)
      this.#end({ exit: word.exit, signal: word.signal ?? null, host: performance.now() });
    for (const look of this.#watchers) look();
  }

  /** All lines of JSON on stdout so far. */
  get events(): Record<string, unknown>[] {
    return this.#events;
  }

  /** The first event so far or to come that fits; rejects where the program ends without one. */
  async event(fits: (event: Record<string, unknown>) => boolean): Promise<{ at: number }> {
    const found = new Promise<{ at: number }>((resolve) => {
      let seen = 0;
      const look = () => {
        for (; seen < this.#events.length; seen += 1) {
          if (!fits(this.#events[seen] ?? {})) continue;
          this.#watchers.delete(look);
          resolve({ at: this.out[seen]?.at ?? 0 });
          return;
        }
      };
      this.#watchers.add(look);
      look();
    });
    const none = this.ended.then(({ exit }) => {
      throw new Error(`ended with ${exit}: ${this.said()}`);
    });
    return Promise.race([found, none]);
  }

  /** The last event, once it has ended. */
  async last(): Promise<Record<string, unknown>> {
    await this.ended;
    return this.events.at(-1) ?? {};
  }

  kill(signal: string): void {
    this.#send({ kill: this.#id, signal });
  }

  /** Everything it said, for the message of a test that failed. */
  said(): string {
    return [...this.out.map(({ line }) => line), ...this.err].slice(-20).join('\n');
  }
}

export class Rig {
  readonly #folder: string;
  readonly #guest: Guest;
  readonly #machine: ChildProcess;
  readonly #qmp: Qmp;
  readonly #port: Socket;
  readonly #runs = new Map<number, GuestRun>();
  readonly #nodes: { name: string; is: 'appeared' | 'gone'; at: number }[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #plugged = new Set<Stick>();
  readonly #sticks: Stick[] = [];
  #count = 0;

  private constructor(folder: string, guest: Guest, machine: ChildProcess, qmp: Qmp, port: Socket) {
    this.#folder = folder;
    this.#guest = guest;
    this.#machine = machine;
    this.#qmp = qmp;
    this.#port = port;
  }

  /** Starts the computer; takes some 15 s on an idle machine. Rejects with what it said where it does not come up. */
  static async start(): Promise<Rig> {
    const guest = await makeGuest(path.join(import.meta.dirname, 'agent.mjs'));
    const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-rig-'));
    const at = (name: string) => path.join(folder, name);
    const machine = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...hardware(guest, at)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaints = '';
    machine.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
    const dead = once(machine, 'exit').then(async () => {
      const serial = await readFile(at('serial'), 'utf8').catch(() => '');
      throw new Error(`the machine ended: ${complaints}\n${serial.slice(-3000)}`);
    });
    try {
      const qmp = await Promise.race([connected(at('qmp')).then((socket) => Qmp.on(socket)), dead]);
      const port = await Promise.race([connected(at('agent')), dead]);
      const rig = new Rig(folder, guest, machine, qmp, port);
      const isReady = new Promise<void>((resolve) => rig.#listen(resolve));
      await Promise.race([
        isReady,
        dead,
        sleep(120_000, undefined, { ref: false }).then(() => tooLong(at('serial'))),
      ]);
      dead.catch(() => undefined);
      return rig;
    } catch (error) {
      dead.catch(() => undefined);
      machine.kill('SIGKILL');
      await guest.remove();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Makes a stick, which is not plugged in yet. */
  async stick(options: StickOptions): Promise<Stick> {
    const stick = await Stick.make(options, path.join(this.#folder, `stick${this.#sticks.length}`));
    this.#sticks.push(stick);
    return stick;
  }

  /** Plugs a stick into that port (1 to 4). */
  async plug(stick: Stick, port = 1): Promise<void> {
    const id = this.#idOf(stick);
    await this.#qmp.execute('blockdev-add', {
      driver: 'raw',
      'node-name': `${id}-bytes`,
      'read-only': stick.writeProtected,
      file: {
        driver: 'nbd',
        server: { type: 'unix', path: stick.socket },
        'read-only': stick.writeProtected,
      },
    });
    await this.#qmp.execute('device_add', {
      driver: 'usb-storage',
      id,
      bus: 'xhci.0',
      port: String(port),
      drive: `${id}-bytes`,
      serial: stick.serial,
      removable: true,
    });
    this.#plugged.add(stick);
  }

  /** Pulls a stick out, whatever it is doing. */
  async pull(stick: Stick): Promise<void> {
    if (!this.#plugged.delete(stick)) return;
    const id = this.#idOf(stick);
    // What was under way has lost its drive; QEMU waits for it before it lets go of the bytes.
    delete stick.faults.stalled;
    delete stick.faults.rate;
    await this.#qmp.execute('device_del', { id });
    for (let tries = 0; ; tries += 1) {
      const gone = await this.#qmp.execute('blockdev-del', { 'node-name': `${id}-bytes` }).then(
        () => true,
        () => false,
      );
      if (gone) return;
      if (tries > 100) throw new Error(`QEMU does not let go of ${id}`);
      await sleep(50);
    }
  }

  /** Plugs a stick in and waits until the guest's system knows it. @returns its node, `/dev/sda` */
  async plugAndSettle(stick: Stick, port = 1): Promise<string> {
    await this.plug(stick, port);
    const link = `/dev/disk/by-id/usb-QEMU_QEMU_HARDDISK_${stick.serial}-0:0`;
    const script = `for i in $(seq 100); do [ -e '${link}' ] && exec readlink -f '${link}'; sleep 0.2; done; exit 1`;
    const run = this.run(['sh', '-c', script]);
    const { exit } = await run.ended;
    const [found] = run.out;
    if (exit !== 0 || found === undefined) throw new Error(`the stick ${stick.serial} did not appear`);
    return found.line;
  }

  /** Starts a program in the guest, in the project's folder. */
  run(args: string[], env: Record<string, string> = {}): GuestRun {
    this.#count += 1;
    const run = new GuestRun(this.#count, (message) => this.#send(message));
    this.#runs.set(this.#count, run);
    this.#send({ run: this.#count, args, env, cwd: root });
    return run;
  }

  /** Starts `nixburn` in the guest. */
  nixburn(...args: string[]): GuestRun {
    return this.run([process.execPath, path.join(import.meta.dirname, 'nixburn.mjs'), ...args], {
      NIXBURN_HOME: '/run/nixburn',
    });
  }

  /** How long the guest takes for what takes a hundredth of that elsewhere: listing block devices. @returns ms */
  async slowness(): Promise<number> {
    const run = this.run(['sh', '-c', 'date +%s%N; lsblk --json --output-all >&2; date +%s%N']);
    await run.ended;
    const [from, to] = run.out.map(({ line }) => Number(line) / 1e6);
    return (to ?? 0) - (from ?? 0);
  }

  /** When the guest saw /dev/NAME appear (or go), from now on. @returns ms of the guest's clock */
  async node(name: string, is: 'appeared' | 'gone'): Promise<number> {
    this.#send({ watch: name });
    return new Promise((resolve) => {
      const look = () => {
        const found = this.#nodes.findLast((one) => one.name === name && one.is === is);
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found.at);
      };
      this.#watchers.add(look);
    });
  }

  /** Cuts the power: whatever the guest was about is over, and only what the sticks have is left. */
  async cutPower(): Promise<void> {
    this.#machine.kill('SIGKILL');
    if (this.#machine.exitCode === null && this.#machine.signalCode === null)
      await once(this.#machine, 'exit');
    this.#qmp.close();
    this.#port.destroy();
  }

  async stop(): Promise<void> {
    await this.cutPower();
    for (const stick of this.#sticks) stick.close();
    await this.#guest.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #idOf(stick: Stick): string {
    return `stick${this.#sticks.indexOf(stick)}`;
  }

  #send(message: object): void {
    this.#port.write(`${JSON.stringify(message)}\n`);
  }

  #listen(onReady: () => void): void {
    this.#port.on('error', () => undefined);
    const lines = createInterface({ input: this.#port });
    // It passes on what befell its input: the power was cut.
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      const word = JSON.parse(line) as Word;
      if (word.ready === true) onReady();
      if (word.run !== undefined) this.#runs.get(word.run)?.hear(word);
      for (const is of ['appeared', 'gone'] as const) {
        const name = word[is];
        if (name !== undefined) this.#nodes.push({ name, is, at: word.at });
      }
      for (const look of this.#watchers) look();
    });
  }
}

/** The computer, as arguments of qemu-system-x86_64(1). */
function hardware({ kernel, initramfs }: Guest, at: (name: string) => string): string[] {
  const append = [
    'console=ttyS0 quiet panic=-1 rdinit=/init',
    // Spares the emulated processor what only real ones need.
    'mitigations=off nokaslr random.trust_cpu=on cryptomgr.notests audit=0',
    // On a busy host a counter of cycles is measured wrong at the start, and all time would run too fast or too slow.
    'clocksource=hpet notsc',
  ];
  return [
    ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'Nehalem,+rdrand', '-smp', '2', '-m', '1536'],
    ['-kernel', kernel, '-initrd', initramfs, '-append', append.join(' ')],
    ['-serial', `file:${at('serial')}`],
    ['-qmp', `unix:${at('qmp')},server=on,wait=off`],
    ['-fsdev', 'local,id=host,path=/,security_model=none,multidevs=remap,readonly=on'],
    ['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ['-chardev', `socket,id=agent,path=${at('agent')},server=on,wait=off`],
    ['-device', 'virtserialport,chardev=agent,name=nixburn.agent'],
    ['-device', 'qemu-xhci,id=xhci'],
  ].flat();
}

/** Connects to a socket that a program which was just started will offer. */
async function connected(socket: string): Promise<Socket> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (existsSync(socket)) {
      const connection = createConnection(socket);
      const isThere = await once(connection, 'connect').then(
        () => true,
        () => false,
      );
      if (isThere) return connection;
    }
    await sleep(50);
  }
  throw new Error(`there is no ${socket}`);
}

async function tooLong(serial: string): Promise<never> {
  throw new Error(`the guest did not come up: ${(await readFile(serial, 'utf8')).slice(-3000)}`);
}
