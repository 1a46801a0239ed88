/**
 * What Nixburn adds to Nix and to ssh. A build through Nixburn against the same `nix build` alone: at most 3 % longer.
 * An image over ssh from this very computer, hashed on both ends and flushed, against `ssh cat` into a file: at least
 * 0.9 of its speed. PART=overhead or PART=transfer measures one of the two. In turns in one run, because machines are noisy: what counts is the ratio of the medians.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { median } from './figures.mjs';
import { judge } from './judge.mjs';

const pairs = Number(process.env.PAIRS ?? 5);
const megabytes = Number(process.env.MEGABYTES ?? 512);
const root = path.resolve(import.meta.dirname, '../..');

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.log('Left out: an sshd of its own needs Linux and root.');
  process.exit(0);
}

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-bench-'));
const never = new AbortController().signal;
// Never this computer's own settings: as the tests do.
const nixEnv = {
  NIX_CONFIG: 'sandbox = false\nbuild-users-group =\nsubstituters =\nflake-registry =',
  GC_DONT_GC: '1',
};
Object.assign(process.env, nixEnv);
const { localBuilder, sshBuilder, SshServer } = await loadParts();
try {
  const part = process.env.PART ?? '';
  const good = [
    part === 'transfer' ||
      judge({
        what: 'build: longer than nix build',
        measured: (await measureOverhead()) * 100,
        unit: '%',
        most: 3,
      }),
    part === 'overhead' ||
      judge({
        what: 'build elsewhere: rate against ssh cat',
        measured: await measureTransfer(),
        unit: '',
        least: 0.9,
      }),
  ];
  process.exitCode = good.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {Promise<number>} how much longer Nixburn takes, as a part of the time of `nix build` */
async function measureOverhead() {
  const rows = [];
  await buildWithNixburn();
  for (let pair = 1; pair <= pairs; pair += 1) {
    const first = pair % 2 === 0 ? buildWithNix() : null;
    const ours = await buildWithNixburn();
    const theirs = first ?? buildWithNix();
    rows.push({ pair, nixburn: ours, nix: theirs, ratio: ours / theirs });
  }
  const ours = median(rows.map((row) => row.nixburn));
  const theirs = median(rows.map((row) => row.nix));
  show(rows);
  console.log(
    `a build of ten derivations and 10,000 lines: ${round(ours)} s; nix alone: ${round(theirs)} s; ` +
      `${round((ours / theirs - 1) * 100)} % longer (at most 3)`,
  );
  return ours / theirs - 1;
}

/** A flake that was never built: ten derivations, each a second and a half and a thousand lines long. */
function slowFlake() {
  const flake = mkdtempSync(path.join(folder, 'flake-'));
  writeFileSync(
    path.join(flake, 'flake.nix'),
    `{ outputs = { self }: let
      step = deps: n: derivation {
        name = if n == 10 then "nixos.iso" else "package-\${toString n}";
        inherit deps;
        salt = "${randomBytes(8).toString('hex')}";
        system = "x86_64-linux";
        builder = "/bin/sh";
        args = [ "-c" "PATH=/usr/bin:/bin; seq -f 'line %.0f of the compiler' 1 1000; sleep 1.5; mkdir -p $out/iso; echo x > $out/iso/x.iso" ];
      };
    in { nixosConfigurations.installer.config.system.build.isoImage = builtins.foldl' step "" (builtins.genList (n: n + 1) 10); }; }`,
  );
  return flake;
}

/** @returns {Promise<number>} seconds */
async function buildWithNixburn() {
  const flake = slowFlake();
  const started = performance.now();
  const job = localBuilder().build(flake, never);
  let next = await job.next();
  while (!next.done) next = await job.next();
  const seconds = (performance.now() - started) / 1000;
  if (!next.value.ok) throw new Error(next.value.problem.raw);
  await next.value.value.release();
  return seconds;
}

/** @returns {number} seconds */
function buildWithNix() {
  const flake = slowFlake();
  const started = performance.now();
  const args = [
    '--extra-experimental-features',
    'nix-command flakes',
    'build',
    '--no-link',
    '--log-format',
    'raw',
  ];
  const ended = spawnSync(
    'nix',
    [...args, 'path:.#nixosConfigurations.installer.config.system.build.isoImage'],
    {
      cwd: flake,
      stdio: 'ignore',
    },
  );
  if (ended.status !== 0) throw new Error('nix build failed');
  return (performance.now() - started) / 1000;
}

/** @returns {Promise<number>} Nixburn's speed as a part of the speed of `ssh cat` */
async function measureTransfer() {
  const server = await SshServer.start(path.join(folder, 'ssh'), {
    ...nixEnv,
    HOME: path.join(folder, 'home'),
  });
  try {
    mkdirSync(path.join(folder, 'home'));
    const flake = bigFlake();
    const options = server.options();
    await fetchWithNixburn(options, flake);
    const rows = [];
    for (let pair = 1; pair <= pairs; pair += 1) {
      const first = pair % 2 === 0 ? fetchWithSsh(options, flake) : null;
      const ours = await fetchWithNixburn(options, flake);
      const theirs = first ?? fetchWithSsh(options, flake);
      rows.push({ pair, nixburn: ours, ssh: theirs, ratio: ours / theirs });
    }
    const ours = median(rows.map((row) => row.nixburn));
    const theirs = median(rows.map((row) => row.ssh));
    show(rows);
    console.log(
      `an image of ${megabytes} MB over ssh: ${Math.round(ours)} MB/s; ssh cat: ${Math.round(theirs)} MB/s; ` +
        `ratio ${round(ours / theirs)} (at least 0.9)`,
    );
    return ours / theirs;
  } finally {
    await server.stop();
  }
}

function bigFlake() {
  const flake = mkdtempSync(path.join(folder, 'flake-'));
  writeFileSync(
    path.join(flake, 'flake.nix'),
    `{ outputs = { self }: { nixosConfigurations.installer.config.system.build.isoImage = derivation {
      name = "nixos.iso";
      salt = "${randomBytes(8).toString('hex')}";
      system = "x86_64-linux";
      builder = "/bin/sh";
      args = [ "-c" "PATH=/usr/bin:/bin; mkdir -p $out/iso; head -c ${megabytes}000000 /dev/urandom > $out/iso/x.iso" ];
    }; }; }`,
  );
  return flake;
}

/** @returns {Promise<number>} MB/s, from the moment where the image is there to the one where it is safely here */
async function fetchWithNixburn(/** @type {string[]} */ options, /** @type {string} */ flake) {
  const builder = sshBuilder('builder', options, true);
  if (!builder.ok) throw new Error(builder.problem.title);
  const file = path.join(folder, `image-${randomBytes(4).toString('hex')}`);
  const job = builder.value.build(flake, never, file);
  let next = await job.next();
  while (!next.done) next = await job.next();
  if (!next.value.ok) throw new Error(next.value.problem.raw);
  const built = next.value.value;
  const started = performance.now();
  const copy = built.copyTo(file, never);
  while (!(await copy.next()).done);
  const seconds = (performance.now() - started) / 1000;
  await built.release();
  rmSync(file);
  return megabytes / seconds;
}

/** @returns {number} MB/s */
function fetchWithSsh(/** @type {string[]} */ options, /** @type {string} */ flake) {
  const args = ['--extra-experimental-features', 'nix-command flakes', 'build', '--no-link', '--json'];
  const said = execFileSync(
    'nix',
    [...args, 'path:.#nixosConfigurations.installer.config.system.build.isoImage'],
    {
      cwd: flake,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const image = `${JSON.parse(said)[0].outputs.out}/iso/x.iso`;
  const file = path.join(folder, `image-${randomBytes(4).toString('hex')}`);
  const started = performance.now();
  const line = `ssh -T -o Compression=no ${options.join(' ')} builder cat ${image} > ${file} && sync ${file}`;
  execFileSync('sh', ['-c', line], { stdio: 'inherit' });
  const seconds = (performance.now() - started) / 1000;
  rmSync(file);
  return megabytes / seconds;
}

/** The parts under test, as they are in the source: bundled into one file that Node can run. */
async function loadParts() {
  const entry = path.join(folder, 'parts.ts');
  const from = (/** @type {string} */ file) => JSON.stringify(path.join(root, file));
  writeFileSync(
    entry,
    [
      `export { localBuilder } from ${from('src/main/build/here.ts')};`,
      `export { sshBuilder } from ${from('src/main/build/there.ts')};`,
      `export { SshServer } from ${from('test/nix-build/ssh-server.ts')};`,
    ].join('\n'),
  );
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: path.join(folder, 'parts'),
      minify: false,
      rollupOptions: { output: { entryFileNames: 'parts.mjs' } },
    },
  });
  return import(pathToFileURL(path.join(folder, 'parts/parts.mjs')).href);
}

function show(/** @type {Record<string, number>[]} */ rows) {
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)]))),
  );
}

function round(/** @type {number} */ value) {
  return Math.round(value * 100) / 100;
}
