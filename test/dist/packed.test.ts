/** The app as it is packed: what is in it and what is not, how it is locked, and that its programs work from where they lie. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import electron from '../../node_modules/electron/package.json' with { type: 'json' };
import { makeStandIn } from './stand-in.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { extractFile, listPackage } = createRequire(import.meta.url)('@electron/asar') as {
  listPackage(archive: string, options: { isPack: boolean }): string[];
  extractFile(archive: string, file: string): Buffer;
};

let folder: string;
let app: string;
let archive: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-package-'));
  await makeStandIn(path.join(folder, 'electron'), electron.version);
  const packed = spawnSync(
    process.execPath,
    ['scripts/pack.mjs', `--electron=${folder}/electron`, `--out=${folder}/out`],
    {
      cwd: root,
      encoding: 'utf8',
      // What makes packages is downloaded otherwise, like Electron.
      env: { ...process.env, CUSTOM_FPM_PATH: path.join(import.meta.dirname, 'fpm.mjs') },
    },
  );
  expect(packed.status, packed.stderr).toBe(0);
  app = path.join(folder, 'out/linux-unpacked');
  archive = path.join(app, 'resources/app.asar');
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paths of files below a folder, from there on. */
function filesBelow(start: string): string[] {
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(start, path.join(entry.parentPath, entry.name)));
}

describe('The archive', () => {
  test('holds the program, and no source, no source map, no test and no secret', () => {
    const files = listPackage(archive, { isPack: false }).map((file) => file.slice(1));
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'dist/main/electron.mjs',
        'dist/preload/preload.cjs',
        'dist/renderer/index.html',
      ]),
    );
    expect(files.filter((file) => !/^(?:dist|node_modules)(?:\/|$)|^package\.json$/.test(file))).toEqual([]);
    expect(
      files.filter((file) => /\.(?:map|ts|tsx|stamp|pem|key|env)$|\/(?:test|tests)\//.test(file)),
    ).toEqual([]);
  });

  test('says nothing of where it was built', () => {
    const main = extractFile(archive, 'dist/main/electron.mjs').toString();
    expect(main).not.toContain(root);
  });

  test('is small', async () => {
    const { size } = await stat(archive);
    const unpacked = filesBelow(`${archive}.unpacked`);
    const sizes = await Promise.all(
      unpacked.map(async (file) => (await stat(path.join(`${archive}.unpacked`, file))).size),
    );
    expect(size).toBeLessThan(12e6);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBeLessThan(8e6);
  });

  test('has nothing in it that others may write', () => {
    const loose = spawnSync('find', [app, '-perm', '/022', '!', '-type', 'l'], { encoding: 'utf8' });
    expect(loose.stdout).toBe('');
  });
});

describe('What the app owes to others', () => {
  test('is named with every package whose code is in it, and the text of its licence', async () => {
    const text = await readFile(path.join(app, 'resources/licences.txt'), 'utf8');
    for (const name of ['react', 'zustand', 'lucide-react', 'zod', 'ws', 'execa', 'drivelist', 'etcher-sdk'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: \\S`, 'm'));
    expect(text).toContain('Permission is hereby granted');
    expect(text).toContain('SIL OPEN FONT LICENSE');
  });

  test('is there for the window, and names every module beside the archive, which are those that were reviewed', async () => {
    const configuration = await readFile(path.join(root, 'electron-builder.yml'), 'utf8');
    const list = z
      .array(
        z.strictObject({
          name: z.string().min(1),
          version: z.string().regex(/^\d+\.\d+\.\d+/),
          licence: z.string().min(2),
          text: z.string().min(20),
        }),
      )
      .parse(JSON.parse(extractFile(archive, 'dist/licences.json').toString()));
    const modules = filesBelow(`${archive}.unpacked/node_modules`)
      .filter((file) => /^(?:@[^/]+\/)?[^/]+\/package\.json$/.test(file))
      .map((file) => path.dirname(file));
    const reviewed = [...configuration.matchAll(/^ {2}- node_modules\/\{([^}]*)\}/gm)].flatMap(([, names = '']) =>
      names.split(','),
    );
    expect(modules.toSorted()).toEqual(reviewed.toSorted());
    expect(list.map(({ name }) => name)).toEqual(expect.arrayContaining(modules));
    expect(list.filter(({ licence }) => !/MIT|BSD|ISC|Apache-2\.0|OFL/.test(licence))).toEqual([]);
  });

  test('is listed for programs, too, with versions and sums', async () => {
    const sbom = JSON.parse(await readFile(path.join(root, 'release/sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      metadata: { component: { name: string } };
      components: { name: string; version: string; hashes?: unknown[] }[];
    };
    expect([sbom.bomFormat, sbom.metadata.component.name]).toEqual(['CycloneDX', 'nixburn']);
    expect(sbom.components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['zod', 'ws', 'execa', 'drivelist', 'etcher-sdk', 'react', 'react-dom']),
    );
    expect(sbom.components.filter(({ name }) => name.startsWith('@aws-sdk'))).toEqual([]);
    expect(sbom.components.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
  });
});

describe('The fuses', () => {
  test('let the program be nothing but this app', () => {
    const read = spawnSync('npx', ['electron-fuses', 'read', '--app', path.join(app, 'nixburn-window')], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    for (const off of [
      'RunAsNode',
      'EnableNodeOptionsEnvironmentVariable',
      'EnableNodeCliInspectArguments',
      'GrantFileProtocolExtraPrivileges',
    ])
      expect(read.stdout).toContain(`${off} is Disabled`);
    for (const on of [
      'EnableCookieEncryption',
      'EnableEmbeddedAsarIntegrityValidation',
      'OnlyLoadAppFromAsar',
    ])
      expect(read.stdout).toContain(`${on} is Enabled`);
  });
});

describe('The writer beside the app', () => {
  test('is run by the Node beside the app, with the modules that lie there, and writes a stick', async () => {
    const [image, stick] = [path.join(folder, 'image.iso'), path.join(folder, 'stick.img')];
    const bytes = Buffer.alloc(3_000_000, 'not for booting');
    await writeFile(image, bytes);
    const child = spawn(
      path.join(app, 'resources/node/node'),
      [path.join(`${archive}.unpacked`, 'dist/writer/writer.mjs')],
      // As pkexec starts it: with no environment worth the name, and from anywhere.
      { cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.write(
      `${JSON.stringify({
        version: 2,
        action: 'write',
        image: { path: image, bytes: bytes.length, sha256: null },
        targets: [{ kind: 'file', path: stick }],
      })}\n`,
    );
    const [status] = (await once(child, 'close')) as [number];
    expect([status, said]).toEqual([0, expect.stringContaining('"kind":"done"')]);
    expect((await readFile(stick)).subarray(0, bytes.length).equals(bytes)).toBe(true);
  });
});

describe('The command line beside the app', () => {
  const nixburn = (...args: string[]) =>
    spawnSync(
      path.join(app, 'resources/node/node'),
      [path.join(`${archive}.unpacked`, 'bin/nixburn'), ...args],
      { cwd: '/', encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder } },
    );

  test('is run by the Node beside the app, and finds the writer', () => {
    const image = path.join(folder, 'small.iso');
    const made = spawnSync('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'SMALL', '-o', image, path.join(root, 'docs')]);
    expect(made.status).toBe(0);
    const written = nixburn('write', image, '--to', path.join(folder, 'small.img'), '--yes');
    expect([written.status, written.stderr]).toEqual([0, expect.stringContaining('Reading back')]);
    expect(nixburn('--version').stdout).toBe('0.1.0\n');
  });

  test('lists the drives, with the module that lies there', () => {
    const { status, stderr } = nixburn('drives', '--json');
    expect([status, stderr]).toEqual([0, '']);
  });
});

/** How each kind of package is unpacked into the current folder, and what it says of itself. */
const packages = [
  { kind: 'deb', unpack: 'dpkg-deb --extract "$0" .', about: ['dpkg-deb', '--field'], requires: 'libnss3' },
  { kind: 'rpm', unpack: 'rpm2cpio "$0" | cpio --quiet -idm', about: ['rpm', '-qp', '--requires'], requires: 'nss' },
  { kind: 'pacman', unpack: 'bsdtar -xf "$0"', about: ['bsdtar', '-xOf'], requires: 'depend = nss' },
] as const;

describe.each(packages)('The package for $kind', ({ kind, unpack, about: [program, ...args], requires }) => {
  let tree: string;
  let file: string;
  beforeAll(async () => {
    const name = readdirSync(path.join(folder, 'out')).find((one) => one.endsWith(`.${kind}`));
    file = path.join(folder, 'out', String(name));
    tree = await mkdtemp(path.join(folder, `${kind}-`));
    const unpacked = spawnSync('sh', ['-c', unpack, file], { cwd: tree, encoding: 'utf8' });
    expect([unpacked.status, unpacked.stderr]).toEqual([0, '']);
  });

  test('has the app, the command, an icon in every size, the kind of file, and what polkit says', () => {
    const files = filesBelow(path.join(tree, 'usr'));
    const sizes = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512];
    expect(files.toSorted()).toEqual(
      [
        'bin/nixburn',
        'share/applications/nixburn.desktop',
        ...sizes.map((size) => `share/icons/hicolor/${size}x${size}/apps/nixburn-window.png`),
        'share/icons/hicolor/scalable/apps/nixburn.svg',
        'share/mime/packages/nixburn-window.xml',
        'share/polkit-1/actions/io.github.nixburn.policy',
      ].toSorted(),
    );
    expect(filesBelow(path.join(tree, 'opt/Nixburn/resources'))).toEqual(
      filesBelow(path.join(app, 'resources')),
    );
  });

  test('has no program of root’s in it, and nothing that others may write', () => {
    const loose = spawnSync('find', [tree, '-perm', '/6022', '!', '-type', 'l'], { encoding: 'utf8' });
    expect(loose.stdout).toBe('');
    const started = spawnSync('find', [path.join(tree, 'opt/Nixburn'), '-type', 'f', '-perm', '/111'], {
      encoding: 'utf8',
    });
    expect(
      started.stdout
        .trim()
        .split('\n')
        .map((one) => path.relative(tree, one))
        .filter((one) => !one.endsWith('.node'))
        .toSorted(),
    ).toEqual([
      'opt/Nixburn/nixburn-window',
      'opt/Nixburn/resources/app.asar.unpacked/bin/nixburn',
      'opt/Nixburn/resources/nixburn-writer',
      'opt/Nixburn/resources/node/node',
    ]);
  });

  test('names only programs that are in it', async () => {
    const read = (name: string) => readFile(path.join(tree, name), 'utf8');
    const isThere = (name: string) => existsSync(path.join(tree, name));
    const policy = await read('usr/share/polkit-1/actions/io.github.nixburn.policy');
    const asked = /policykit\.exec\.path">([^<]+)</.exec(policy)?.[1] ?? '';
    expect([asked, isThere(asked)]).toEqual(['/opt/Nixburn/resources/nixburn-writer', true]);
    const desktop = await read('usr/share/applications/nixburn.desktop');
    expect(desktop).toContain('Exec=/opt/Nixburn/nixburn-window %f\n');
    expect(desktop).toContain('MimeType=application/vnd.nixburn.recipe+json;\n');
    const command = await read('usr/bin/nixburn');
    const here = /^here=(.*)$/m.exec(command)?.[1] ?? '';
    for (const name of ['node/node', 'app.asar.unpacked/bin/nixburn']) {
      expect(command).toContain(`"$here/${name}"`);
      expect(isThere(path.join(here, name))).toBe(true);
    }
  });

  test('says what it needs', () => {
    const said = spawnSync(program, [...args, file, ...(kind === 'pacman' ? ['.PKGINFO'] : [])], {
      encoding: 'utf8',
    });
    expect(said.stdout).toContain(requires);
    expect(said.stdout).toContain('util-linux');
  });
});

describe('What a desktop is told', () => {
  test('keeps to the Desktop Entry Specification', async () => {
    const tree = await mkdtemp(path.join(folder, 'desktop-'));
    const deb = readdirSync(path.join(folder, 'out')).find((one) => one.endsWith('.deb'));
    spawnSync('dpkg-deb', ['--extract', path.join(folder, 'out', String(deb)), tree]);
    const checked = spawnSync(
      'desktop-file-validate',
      [
        path.join(tree, 'usr/share/applications/nixburn.desktop'),
        path.join(root, 'packaging/linux/nixburn.desktop'),
      ],
      { encoding: 'utf8' },
    );
    expect([checked.status, checked.stdout]).toEqual([0, '']);
  });
});
