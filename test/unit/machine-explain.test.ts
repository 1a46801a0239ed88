/** First aid on what ssh really says: recorded from OpenSSH, and quoted from its sources for other systems. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainSsh } from '../../src/main/machine/explain.ts';

const recorded = (name: string) =>
  readFileSync(path.join(import.meta.dirname, `../fixtures/ssh/${name}.txt`), 'utf8');
const explain = (stderr: string, more: object = {}) =>
  explainSsh({ name: 'attic', host: '10.97.0.2', stderr, isPinned: true, ...more });

describe('What ssh says', () => {
  test.each([
    ['refused', 'ssh-refused'],
    ['denied', 'ssh-denied'],
    ['timeout', 'ssh-timed-out'],
    ['silent', 'ssh-timed-out'],
    ['differs', 'ssh-host-key-differs'],
    ['notype', 'ssh-host-key-differs'],
    ['name', 'ssh-name-not-found'],
    ['closed', 'ssh-closed'],
    ['reset', 'ssh-closed'],
  ])('when it is %s is %s, with a way out and its own words', (name, code) => {
    const problem = explain(recorded(name));
    expect(problem.code).toBe(code);
    expect(problem.title).toMatch(/^[A-Z].*\.$|^attic .*\.$/);
    expect(problem.detail).not.toBe('');
    expect(problem.remedy).toMatch(/\.$/);
    expect(problem.raw).toBe(recorded(name).trim());
  });

  test('of a key that nobody knows depends on whether one was pinned', () => {
    expect(explain(recorded('unknown'), { isPinned: false }).code).toBe('ssh-host-key-unknown');
    expect(explain(recorded('unknown')).code).toBe('ssh-host-key-differs');
  });

  // macOS: gai_strerror(3) and errno of its libc. Windows: WSAGetLastError texts as Win32-OpenSSH prints them.
  test.each([
    [
      'ssh: Could not resolve hostname attic.local: nodename nor servname provided, or not known',
      'ssh-name-not-found',
    ],
    ['ssh: Could not resolve hostname attic.local: No such host is known. ', 'ssh-name-not-found'],
    ['ssh: connect to host attic.local port 22: Operation timed out', 'ssh-timed-out'],
    ['ssh: connect to host 10.0.0.9 port 22: No route to host', 'ssh-unreachable'],
    ['ssh: connect to host 10.0.0.9 port 22: Host is down', 'ssh-unreachable'],
    ['ssh: connect to host fe80::1%eth9 port 22: Network is unreachable', 'ssh-unreachable'],
    ['Received disconnect from 10.0.0.9 port 22:2: Too many authentication failures', 'ssh-denied'],
    ['client_loop: send disconnect: Broken pipe', 'ssh-closed'],
    ['Timeout, server 10.0.0.9 not responding.', 'ssh-timed-out'],
    ['something that nobody has seen yet', 'ssh-failed'],
  ])('%s', (stderr, code) => {
    expect(explain(stderr).code).toBe(code);
  });

  test('in the words of whoever hung up proves nothing', () => {
    const spoof =
      'Received disconnect from 10.0.0.9 port 22:2: x\nroot@10.0.0.9: Permission denied (publickey).';
    expect(explain(spoof).code).toBe('ssh-closed');
  });
});
