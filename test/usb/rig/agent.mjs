/**
 * Runs in the guest and does what the host says through a virtio port: one line of JSON a message, both ways.
 *
 *   {run: ID, args: [...], env: {...}}   starts a program; answers {run, out | err: LINE, at}, and {run, exit, signal, at}
 *   {kill: ID, signal}                   sends a signal to it
 *   {watch: NAME}                        answers {appeared: NAME, at} as soon as /dev/NAME is there, {gone: NAME, at} after
 *
 * `at` is in ms of the guest's clock.
 */
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, openSync, watch, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , port = ''] = process.argv;
// A port can be opened once only.
const fd = openSync(port, 'r+');
/** @type {Map<number, import('node:child_process').ChildProcess>} */
const running = new Map();

/** @param {object} message */
function tell(message) {
  writeSync(fd, `${JSON.stringify({ ...message, at: performance.timeOrigin + performance.now() })}\n`);
}

/** @param {{ run: number, args: string[], env: Record<string, string>, cwd: string }} order */
function start({ run, args: [program = '', ...args], env, cwd }) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd,
  });
  running.set(run, child);
  createInterface({ input: child.stdout }).on('line', (line) => tell({ run, out: line }));
  createInterface({ input: child.stderr }).on('line', (line) => tell({ run, err: line }));
  child.once('error', (error) => tell({ run, err: String(error) }));
  child.once('exit', (exit, signal) => tell({ run, exit, signal }));
}

/** @param {string} name */
function watchNode(name) {
  let isThere = existsSync(`/dev/${name}`);
  if (isThere) tell({ appeared: name });
  watch('/dev', () => {
    if (existsSync(`/dev/${name}`) === isThere) return;
    isThere = !isThere;
    tell(isThere ? { appeared: name } : { gone: name });
  });
}

createInterface({ input: createReadStream('', { fd }) }).on('line', (line) => {
  const message = JSON.parse(line);
  if ('run' in message) start(message);
  else if ('kill' in message) running.get(message.kill)?.kill(message.signal);
  else if ('watch' in message) watchNode(message.watch);
});
tell({ ready: true });
