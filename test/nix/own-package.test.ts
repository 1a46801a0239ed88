/** Nixburn as a package of Nix: evaluated with stand-ins for what nixpkgs gives it, since nothing is built here. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { evaluateFile } from '../nix.ts';

const packageFile = fileURLToPath(new URL('../../packaging/nix/package.nix', import.meta.url));

test('The package has an address for all that the lock file names: Nix fetches nothing without one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-package-'));
  try {
    const file = path.join(folder, 'lock.nix');
    await writeFile(
      file,
      `let importJSON = file: builtins.fromJSON (builtins.readFile file);
      in import ${packageFile} {
        lib = { inherit importJSON; };
        buildNpmPackage = wanted: wanted.npmDeps;
        importNpmLock = {
          __functor = self: { npmRoot, packageLock ? importJSON (npmRoot + "/package-lock.json") }: packageLock;
          npmConfigHook = null;
        };
        electron = null; makeWrapper = null; nodejs_22 = null; openssh = null; util-linux = null;
      }`,
    );
    const { packages } = (await evaluateFile(file)) as {
      packages: Record<string, { name?: string; version: string; resolved?: string }>;
    };
    const without = Object.keys(packages).filter((at) => packages[at]?.resolved === undefined);
    expect(without).toEqual(['']);
    const addressOf = (at: string) => packages[at]?.resolved?.replace(packages[at].version, 'VERSION');
    expect(addressOf('node_modules/zod')).toBe('https://registry.npmjs.org/zod/-/zod-VERSION.tgz');
    // With a scope, one inside another, and under another name.
    expect(addressOf('node_modules/@ronomon/direct-io')).toBe(
      'https://registry.npmjs.org/@ronomon/direct-io/-/direct-io-VERSION.tgz',
    );
    expect(addressOf('node_modules/@electron/asar/node_modules/glob')).toBe(
      'https://registry.npmjs.org/glob/-/glob-VERSION.tgz',
    );
    expect(addressOf('node_modules/string-width-cjs')).toBe(
      'https://registry.npmjs.org/string-width/-/string-width-VERSION.tgz',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('The package says of every kind of file that its desktop entry opens what it is', async () => {
  const packaging = path.dirname(path.dirname(packageFile));
  const [entry, kinds, text] = await Promise.all(
    ['linux/nixburn.desktop', 'linux/nixburn-mime.xml', 'nix/package.nix'].map((name) =>
      readFile(path.join(packaging, name), 'utf8'),
    ),
  );
  const opened = /^MimeType=(.*);$/m.exec(entry ?? '')?.[1]?.split(';');
  const explained = [...(kinds ?? '').matchAll(/<mime-type type="(.*)">/g)].map(([, type]) => type);
  expect(explained).toEqual(opened);
  expect(text).toContain('packaging/linux/nixburn-mime.xml "$out/share/mime/packages/');
});
