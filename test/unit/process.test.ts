/** What a program says is not lost, however late somebody listens. */
import { expect, test } from 'vitest';
import { start } from '../../src/main/build/process.ts';

test('what a program wrote before it ended can be read after it has ended', async () => {
  const script = 'printf "first\\nlast\\n" >&2; printf "an image"';
  const { signal } = new AbortController();
  const running = start('sh', ['-c', script], signal, {
    stdout: 'stream',
    politely: ({ kill }) => kill('SIGINT'),
  });
  await running.exited;
  // Node looks after the pipes of a child that has ended in its next turns.
  for (let turn = 0; turn < 10; turn += 1) await new Promise((next) => setImmediate(next));
  const lines: string[] = [];
  for await (const line of running.lines) lines.push(line);
  expect(lines).toEqual(['first', 'last']);
  expect((await running.stdout.toArray()).join('')).toBe('an image');
  expect(await running.finish()).toMatchObject({ exitCode: 0, signal: null });
});

test('a program that writes more than anybody reads still ends when it is not wanted any more', async () => {
  const { signal } = new AbortController();
  const running = start('yes', [], signal, { stdout: 'stream', politely: ({ kill }) => kill('SIGINT') });
  expect(await running.finish()).toMatchObject({ exitCode: null, signal: 'SIGINT' });
});
