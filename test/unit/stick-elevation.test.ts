/** How rights are asked for on each system: as programs and arguments, and with a sentence for each refusal. */
import { describe, expect, test } from 'vitest';
import {
  askpassScript,
  elevationMissing,
  linuxCommand,
  macCommand,
  refusalOf,
  windowsCommand,
} from '../../src/main/stick/elevation.ts';

const wanted = {
  node: '/opt/it’s "mine"/node',
  writer: '/opt/$(reboot)/writer.mjs',
  settings: { UV_THREADPOOL_SIZE: '8' },
};

describe('The command', () => {
  test('of Linux names what is to run by its path, behind an env that pkexec can not drop', () => {
    expect(linuxCommand('/run/wrappers/bin/pkexec', wanted, null)).toEqual({
      file: '/run/wrappers/bin/pkexec',
      args: ['/usr/bin/env', 'UV_THREADPOOL_SIZE=8', wanted.node, wanted.writer],
      env: {},
    });
  });

  test('of Linux is the launcher alone where polkit knows one', () => {
    expect(linuxCommand('/usr/bin/pkexec', wanted, ['/opt/nixburn/nixburn-writer', '8']).args).toEqual([
      '/opt/nixburn/nixburn-writer',
      '8',
    ]);
  });

  test('of macOS has sudo ask by a program', () => {
    expect(macCommand('/usr/bin/sudo', wanted, '/tmp/x/askpass')).toEqual({
      file: '/usr/bin/sudo',
      args: ['-A', '--', '/usr/bin/env', 'UV_THREADPOOL_SIZE=8', wanted.node, wanted.writer],
      env: { SUDO_ASKPASS: '/tmp/x/askpass' },
    });
    expect(askpassScript).toMatch(/^#!\/usr\/bin\/osascript/);
    expect(askpassScript).toContain('hiddenAnswer: true');
  });

  test('of Windows is the same script always, and what differs is in its environment', () => {
    const one = windowsCommand('C:\\powershell.exe', wanted, '\\\\.\\pipe\\nixburn-1');
    const other = windowsCommand('C:\\powershell.exe', { ...wanted, writer: 'D:\\x.mjs' }, '\\\\.\\pipe\\2');
    expect(one.args).toEqual(other.args);
    const script = Buffer.from(one.args.at(-1) ?? '', 'base64').toString('utf16le');
    expect(script).toContain('-Verb RunAs');
    expect(other.env).toEqual({
      NIXBURN_NODE: wanted.node,
      NIXBURN_ARGUMENTS: '"D:\\x.mjs" --pipe "\\\\.\\pipe\\2"',
    });
  });
});

describe('A refusal', () => {
  test.each([
    ['linux', 126, 'Request dismissed', 'elevation-dismissed'],
    ['linux', 127, 'Not authorized', 'elevation-refused'],
    ['linux', 1, '', undefined],
    ['darwin', 1, 'sudo: no password was provided\nsudo: a password is required', 'elevation-dismissed'],
    ['darwin', 1, 'sudo: 3 incorrect password attempts', 'elevation-refused'],
    ['darwin', 1, 'ada is not in the sudoers file.', 'elevation-refused'],
    ['darwin', 1, 'Error: something of the writer’s own', undefined],
    ['win32', 1223, 'The operation was canceled by the user.', 'elevation-dismissed'],
    ['win32', 1, '', undefined],
    ['freebsd', 1, '', undefined],
  ] as const)('on %s, status %i and “%s”, is %s', (system, status, stderr, code) => {
    const found = refusalOf(system, status, stderr);
    expect(found?.code).toBe(code);
    if (found === null) return;
    for (const sentence of [found.title, found.detail, found.remedy]) expect(sentence).toMatch(/^\S.*\.$/);
    expect(found.raw).toBe(stderr);
  });

  test('to even ask says what is missing', () => {
    expect(elevationMissing('linux')).toMatchObject({ code: 'elevation-missing' });
    expect(elevationMissing('freebsd')).toMatchObject({ code: 'elevation-not-offered' });
  });
});
