/** The three ways into Nixburn, each made to answer the same questions, so that one suite can ask all of them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openBackend, type Backend } from '../../src/renderer/backend.ts';
import type { BuildEvent, Drive, Image, Receipt, SavedStick, StickEvent } from '../../src/shared/contract.ts';
import { done, failed, type Outcome, type Problem } from '../../src/shared/problem.ts';
import {
  nixpkgs,
  openElectronWindow,
  openWebWindow,
  runCommand,
  startCommand,
  type Home,
  type Window,
} from './program.ts';

interface Act<Event, Result> {
  /** Calls back for each event, those that came already included. */
  onEvent(listener: (event: Event) => void): void;
  cancel(): void;
  ended: Promise<Outcome<Result>>;
}

export interface Entry {
  version(): Promise<string>;
  /** Everything that is wrong with a recipe. */
  check(recipe: unknown): Promise<{ path: string; code: string }[]>;
  /** The files of a recipe's flake by name, without those that hold secrets, which are only named. */
  flake(recipe: unknown): Promise<Outcome<Map<string, string | null>>>;
  keys(text: string): Promise<Outcome<string[]>>;
  drives(): Promise<Drive[]>;
  build(recipe: unknown): Promise<Act<BuildEvent, Image>>;
  write(image: Image): Promise<Act<StickEvent, Receipt>>;
  verify(image: Image): Promise<Act<StickEvent, Receipt>>;
  /** What is done with the drive at a path; a loop device counts as one where practice sticks are switched on. */
  restore(drive: string, label: string): Promise<Act<StickEvent, null>>;
  save(drive: string): Promise<Act<StickEvent, SavedStick>>;
  eject(drive: string): Promise<Outcome<null>>;
  /** Leaves the program, and gives everything that it has said on stderr. */
  close(): Promise<string>;
}

/** Where every entry has its practice stick. */
export function practiceStick(home: Home): string {
  return path.join(home.folder, 'home/data/practice/stick.img');
}

export const entries: { name: string; open(home: Home): Promise<Entry> }[] = [
  { name: 'the desktop app', open: async (home) => windowEntry(await openElectronWindow(home)) },
  { name: 'the web host', open: async (home) => windowEntry(await openWebWindow(home)) },
  { name: 'the command line', open: async (home) => commandEntry(home) },
];

/** Through the very code with which the page asks. */
function windowEntry(window: Window): Entry {
  const backend = openBackend(window.door);
  const driveAt = async (place: string) => {
    await answer(backend.call('changeSettings', { practiceDrives: true }));
    return (await firstDrives(backend)).find((drive) => drive.path === place)?.id ?? 'none';
  };
  const stick = async (job: 'writeStick' | 'verifyStick', image: Image) => {
    await answer(backend.call('changeSettings', { practiceDrives: true }));
    const drives = await firstDrives(backend);
    const driveId = drives.find(({ kind }) => kind === 'file')?.id ?? 'none';
    return startAct<StickEvent, Receipt>((onEvents) =>
      backend.startJob(job, { imageId: image.id, driveId }, onEvents),
    );
  };
  return {
    version: async () => (await answer(backend.call('about', undefined))).version,
    async check(recipe) {
      const problems = await answer(backend.call('checkRecipe', recipe));
      return problems.map(({ path: at, problem }) => ({ path: at, code: problem.code }));
    },
    async flake(recipe) {
      const views = await answer(backend.call('previewFlake', recipe));
      if (!views.ok) return views;
      // Bytes that are no text are described to a person.
      return done(
        new Map(
          views.value.map((view) => [view.path, view.secret || view.path === 'slot/slot' ? null : view.text]),
        ),
      );
    },
    async keys(text) {
      const keys = await answer(backend.call('readKeys', text));
      return keys.ok ? done(keys.value.map(({ fingerprint }) => fingerprint)) : keys;
    },
    drives: () => firstDrives(backend),
    build: async (recipe) =>
      startAct<BuildEvent, Image>((onEvents) => backend.startJob('build', recipe, onEvents)),
    write: (image) => stick('writeStick', image),
    verify: (image) => stick('verifyStick', image),
    async restore(drive, label) {
      const driveId = await driveAt(drive);
      return startAct<StickEvent, null>((onEvents) =>
        backend.startJob('restoreStick', { driveId, label }, onEvents),
      );
    },
    async save(drive) {
      const driveId = await driveAt(drive);
      return startAct<StickEvent, SavedStick>((onEvents) =>
        backend.startJob('saveStick', { driveId }, onEvents),
      );
    },
    eject: async (drive) => answer(backend.call('ejectDrive', { driveId: await driveAt(drive) })),
    close: async () => (await window.close()).stderr,
  };
}

async function answer<T>(asked: Promise<Outcome<T>>): Promise<T> {
  const outcome = await asked;
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problem));
  return outcome.value;
}

async function firstDrives(backend: Backend): Promise<Drive[]> {
  const act = startAct<{ kind: 'drives'; drives: Drive[] }, null>((onEvents) =>
    backend.startJob('watchDrives', undefined, onEvents),
  );
  const drives = await new Promise<Drive[]>((resolve) => act.onEvent((event) => resolve(event.drives)));
  act.cancel();
  await act.ended;
  return drives;
}

function startAct<Event, Result>(
  start: (onEvents: (events: Event[]) => void) => { ended: Promise<Outcome<Result>>; cancel(): void },
): Act<Event, Result> {
  const events: Event[] = [];
  const listeners: ((event: Event) => void)[] = [];
  const { ended, cancel } = start((batch) => {
    events.push(...batch);
    for (const event of batch) for (const listener of listeners) listener(event);
  });
  return {
    ended,
    cancel,
    onEvent(listener) {
      events.forEach(listener);
      listeners.push(listener);
    },
  };
}

/** Through `--json`, as scripts do. */
function commandEntry(home: Home): Entry {
  let number = 0;
  const said: string[] = [];
  const file = async (recipe: unknown) => {
    const name = path.join(home.folder, `recipe-${number++}.json`);
    await writeFile(name, JSON.stringify(recipe));
    return name;
  };
  const lines = async (...args: string[]) => {
    const { stdout, stderr } = await runCommand(home, args);
    said.push(stderr);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown> & { kind: string; problem: Problem });
  };
  const act = <Event, Result>(args: string[], result: (last: Record<string, unknown>) => Result) =>
    startAct<Event, Result>((onEvents) => {
      const { child, ended } = startCommand(home, args);
      let rest = '';
      let last: Record<string, unknown> & { kind?: string; problem?: Problem } = {};
      child.stdout?.on('data', (text: string) => {
        const pieces = (rest + text).split('\n');
        rest = pieces.pop() ?? '';
        for (const piece of pieces) {
          last = JSON.parse(piece) as typeof last;
          onEvents([last as Event]);
        }
      });
      return {
        cancel: () => child.kill('SIGINT'),
        ended: ended.then(({ stderr }) => {
          said.push(stderr);
          const outcome: Outcome<Result> = last.problem
            ? failed(last.problem)
            : { ok: true, value: result(last) };
          return outcome;
        }),
      };
    });
  return {
    async version() {
      return (await runCommand(home, ['--version'])).stdout.trim();
    },
    async check(recipe) {
      const events = await lines('check', await file(recipe), '--json');
      return events
        .filter(({ kind }) => kind === 'problem')
        .map(({ path: at, problem }) => ({ path: String(at), code: problem.code }));
    },
    async flake(recipe) {
      const folder = path.join(home.folder, `flake-${number++}`);
      const events = await lines(
        'flake',
        await file(recipe),
        '--out',
        folder,
        '--nixpkgs',
        nixpkgs,
        '--json',
      );
      const last = events.at(-1);
      if (!last || last.kind === 'failed') return failed(last!.problem);
      const names = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = new Map<string, string | null>();
      for (const entry of names.filter((one) => one.isFile() && one.name !== '.nixburn.json')) {
        const name = path.relative(folder, path.join(entry.parentPath, entry.name));
        const isSecret = name === 'slot/slot' || name.startsWith('wifi/');
        files.set(name, isSecret ? null : await readFile(path.join(folder, name), 'utf8'));
      }
      return done(files);
    },
    async keys(text) {
      const name = path.join(home.folder, `key-${number++}`);
      await writeFile(name, text);
      const events = await lines('keys', name, '--json');
      const last = events.at(-1);
      if (last?.kind === 'failed') return failed(last.problem);
      return done(
        events.flatMap(({ kind, key }) =>
          kind === 'key' ? [(key as { fingerprint: string }).fingerprint] : [],
        ),
      );
    },
    async drives() {
      const [first] = await lines('drives', '--json');
      return first?.['drives'] as Drive[];
    },
    build: async (recipe) =>
      act(['build', await file(recipe), '--nixpkgs', nixpkgs, '--json'], (last) => last['image'] as Image),
    async write(image) {
      await mkdir(path.dirname(practiceStick(home)), { recursive: true });
      return act(
        ['write', image.path, '--to', practiceStick(home), '--yes', '--json'],
        (last) => (last['receipts'] as Receipt[])[0] as Receipt,
      );
    },
    verify: async (image) =>
      act(
        ['verify', image.path, '--on', practiceStick(home), '--json'],
        (last) => (last['receipts'] as Receipt[])[0] as Receipt,
      ),
    restore: async (drive, label) => act(['restore', drive, '--label', label, '--yes', '--json'], () => null),
    save: async (drive) =>
      act(
        ['save', drive, '--out', path.join(home.folder, `saved-${number++}.img`), '--json'],
        (last) => last['saved'] as SavedStick,
      ),
    async eject(drive) {
      const last = (await lines('eject', drive, '--json')).at(-1);
      return last?.kind === 'done' ? done(null) : failed(last!.problem);
    },
    close: async () => said.join(''),
  };
}
