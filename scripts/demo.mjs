/** `npm run demo`: the whole job on this computer, from a new SSH key to a booted stick, with a miniature nixpkgs and an emulated machine. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, installPrograms, nixEnvironment, root } from './set-up.mjs';

installPackages();
const leftOut = installPrograms();
if (leftOut.length > 0) {
  console.error('The demo builds an image and boots it, and these programs are missing:');
  for (const { program, package: name, neededFor } of leftOut)
    console.error(`  ${program} (${neededFor}; Debian has it in ${name})`);
  process.exit(1);
}
const { prepareKernel } = await import('../test/fixtures/kernel.mjs');
const { bootStick } = await import('../test/usb/boot.mjs');
const { logIn } = await import('../test/usb/log-in.mjs');
await prepareKernel();

const folder = mkdtempSync(join(tmpdir(), 'nixburn-demo-'));
const environment = {
  ...process.env,
  ...nixEnvironment,
  // Nothing of the demo stays among the person's own images and settings.
  XDG_DATA_HOME: join(folder, 'home', 'data'),
  XDG_CACHE_HOME: join(folder, 'home', 'cache'),
  XDG_CONFIG_HOME: join(folder, 'home', 'config'),
};
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

say('A new SSH key, and a recipe that lets it in');
const key = join(folder, 'key');
spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'demo', '-f', key], { stdio: 'inherit' });
const publicKey = readFileSync(`${key}.pub`, 'utf8').trim();
const recipe = join(folder, 'recipe.json');
writeFileSync(
  recipe,
  JSON.stringify(
    {
      schema: 1,
      name: 'attic',
      keys: [publicKey],
      packages: ['vim', 'git', 'htop'],
      // Only the miniature needs to be told: what it has of sshd is a stand-in otherwise.
      module: '{ fixture.sshd.enable = true; }',
    },
    null,
    2,
  ),
);
console.log(readFileSync(recipe, 'utf8'));

const image = join(folder, 'attic.iso');
const stick = join(folder, 'stick.img');
await nixburn('check', recipe);
await nixburn('build', recipe, '--nixpkgs', `path:${join(root, 'test/fixtures/nixpkgs')}`, '--out', image);
await nixburn('image', image);
await nixburn('write', image, '--to', stick);
await nixburn('verify', image, '--on', stick);

for (const firmware of ['bios', 'uefi']) {
  say(`Booting the stick in an emulated machine, by ${firmware.toUpperCase()}, from emulated USB`);
  let answer = '';
  const { serial, booted, millis } = await bootStick({
    image: stick,
    firmware,
    timeoutMs: 300_000,
    whileUp: async ({ sshPort }) => {
      answer = await logIn({ port: sshPort, user: 'root', key, command: 'hostname' });
    },
  });
  const configuration = serial.match(/NIXBURN-CONFIG-BEGIN[\s\S]*NIXBURN-CONFIG-END/)?.[0] ?? '';
  console.log(configuration.replaceAll('\r', ''));
  if (!booted) {
    console.error(serial.slice(-4000));
    console.error(`The stick did not boot by ${firmware.toUpperCase()}.`);
    process.exit(1);
  }
  console.log(`Booted after ${Math.round(millis / 1000)} s.`);
  console.log(`$ ssh root@attic hostname\n${answer}`);
  if (answer !== 'attic') {
    console.error('The new key is not let in.');
    process.exit(1);
  }
}
say('Done: a verified stick that boots and lets you in.');

/** Runs one command of Nixburn as a person would, and ends the demo where it fails. */
function nixburn(...args) {
  say(`nixburn ${args.map((arg) => arg.replace(`${folder}/`, '')).join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin', 'nixburn'), ...args], {
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('exit', (code) => (code === 0 ? resolve() : process.exit(code ?? 1)));
  });
}

function say(text) {
  console.log(`\n▸ ${text}`);
}
