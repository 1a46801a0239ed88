/**
 * Opening a terminal. Programs that write down how they were called stand in for the terminals: those need a screen. The
 * ways of macOS and Windows are looked at as what would be run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sshArguments } from '../../src/main/machine/connect.ts';
import { handOvers } from '../../src/main/machine/hand-over.ts';
import { openTerminalWindow, terminalCommands } from '../../src/main/machine/terminal-window.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-terminal-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let tools = '';
beforeEach(() => {
  tools = mkdtempSync(path.join(base, 'tools-'));
});

/** Puts a program there that writes its arguments, one a line, and ends like this. */
function terminal(name: string, status = 0): string {
  const log = path.join(tools, `${name}.log`);
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\nexit ${status}\n`;
  writeFileSync(path.join(tools, name), script, { mode: 0o755 });
  return log;
}

const odd = ['ssh', '-o', 'UserKnownHostsFile="/a b/$(touch x);\'"', 'fe80::1%eth0'];
const open = () => openTerminalWindow('attic', odd, 'linux', { PATH: `${tools}:/bin:/usr/bin` });

describe.skipIf(process.platform === 'win32')('On Linux', () => {
  test('the command reaches the terminal word for word', async () => {
    const log = terminal('xdg-terminal-exec');
    expect(await open()).toEqual({ ok: true, value: { program: 'xdg-terminal-exec' } });
    const words = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(words.slice(0, 2)).toEqual(['sh', '-c']);
    expect(words.slice(-5)).toEqual(['sh', ...odd]);
  });

  test('one that can not open leads to the next', async () => {
    terminal('xdg-terminal-exec', 1);
    const log = terminal('konsole');
    expect(await open()).toMatchObject({ ok: true, value: { program: 'konsole' } });
    expect(readFileSync(log, 'utf8')).toMatch(/^-e\nsh\n-c\n/);
  });

  test('none is a sentence', async () => {
    terminal('xdg-terminal-exec', 3);
    const opened = await openTerminalWindow('attic', odd, 'linux', { PATH: `${tools}:/bin` });
    expect(opened).toMatchObject({
      problem: {
        code: 'terminal-missing',
        raw: expect.stringContaining('xdg-terminal-exec: ended with status 3'),
      },
    });
  });

  test('what runs in it hands on the arguments, and waits where it failed', () => {
    const [first] = terminalCommands('linux', 'attic', [
      'sh',
      '-c',
      'printf "%s|" "$@"; exit 7',
      'sh',
      ...odd,
    ]);
    const run = () =>
      execFileSync(first?.args[0] ?? '', first?.args.slice(1), {
        input: '\n',
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(run).toThrow(
      expect.objectContaining({ status: 7, stdout: expect.stringContaining(`${odd.join('|')}|`) }),
    );
  });
});

describe('On other systems', () => {
  test('macOS is given every word as an argument of its own', () => {
    const [only, ...others] = terminalCommands('darwin', 'attic', odd);
    expect(others).toEqual([]);
    expect(only?.program).toBe('osascript');
    expect(only?.args.slice(-odd.length)).toEqual(odd);
    expect(only?.args.join(' ')).toContain('quoted form of');
  });

  test('Windows is given no semicolon that it would read itself', () => {
    const [first, second] = terminalCommands('win32', 'attic', ['ssh', 'a;b']);
    expect(first).toEqual({ program: 'wt.exe', args: ['new-tab', '--title', 'attic', '--', 'ssh', 'a\\;b'] });
    expect(second).toEqual({ program: 'conhost.exe', args: ['ssh', 'a;b'] });
  });
});

describe('The command for ssh', () => {
  test('names user, port and address, and nothing that could be an option', () => {
    const args = sshArguments({ name: 'attic', host: 'fe80::1%eth0', port: 2222 }, 'root', '/k');
    expect(args.slice(-6)).toEqual(['-p', '2222', '-l', 'root', '--', 'fe80::1%eth0']);
    expect(sshArguments({ name: 'attic', host: '10.0.0.9', port: 22 }, 'nixos', '/k')).not.toContain('-p');
  });
});

describe('What comes after', () => {
  test('says of every step that erases that it does, and names the machine', () => {
    const all = handOvers('attic', '192.168.1.50');
    expect(all.map(({ id }) => id)).toEqual(['nixos-anywhere', 'disko', 'by-hand']);
    const steps = all.flatMap((one) => one.steps);
    expect(steps.filter(({ text }) => /erases/.test(text)).every(({ erases }) => erases)).toBe(true);
    const dangerous = /mkfs|parted|destroy|--target-host/;
    expect(
      steps.filter(({ command }) => dangerous.test(command.join(' '))).every(({ erases }) => erases),
    ).toBe(true);
    expect(steps.filter(({ erases }) => erases)).toHaveLength(5);
    expect(all[0]?.steps[1]?.command).toEqual(
      expect.arrayContaining(['--flake', '.#attic', '--target-host', 'root@192.168.1.50']),
    );
  });
});
