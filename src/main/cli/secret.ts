/** Asks for a secret on the terminal: what is typed is not shown, and is in no history. */
import { emitKeypressEvents, type Key } from 'node:readline';

/**
 * Reads one line without echo. Backspace takes back a letter, Ctrl-U all of them; Ctrl-D on an empty line, Ctrl-C and
 * `signal` end it.
 *
 * @returns what was typed, or undefined where the person ended it. Call it only where `terminal.canAsk`.
 */
export async function askSecret(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (signal.aborted) return undefined;
  emitKeypressEvents(stdin);
  // Before the question: whoever answers at once must not see the answer either.
  stdin.setRawMode(true);
  stderr.write(question);
  stdin.resume();
  try {
    return await new Promise<string | undefined>((resolve) => {
      let typed: string[] = [];
      const finish = (result: string | undefined) => {
        stdin.off('keypress', hear);
        signal.removeEventListener('abort', stop);
        resolve(result);
      };
      const stop = () => finish(undefined);
      const hear = (text: string | undefined, { name, ctrl }: Key) => {
        if (name === 'return' || name === 'enter') return finish(typed.join(''));
        if (ctrl && name === 'c') {
          stop();
          // In raw mode the terminal makes no signal of it.
          process.kill(process.pid, 'SIGINT');
        } else if (ctrl && name === 'd' && typed.length === 0) stop();
        else if (ctrl && name === 'u') typed = [];
        else if (name === 'backspace') typed.pop();
        else if (text !== undefined && !ctrl && !/\p{Cc}/u.test(text)) typed.push(...text);
      };
      stdin.on('keypress', hear);
      signal.addEventListener('abort', stop, { once: true });
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
