/** The two streams of a command and what may go to each: results to stdout, everything that is told to stderr. */
import { createInterface } from 'node:readline/promises';
import type { Problem } from '../../shared/problem.ts';

export interface Terminal {
  /** Aborts at Ctrl-C, at SIGTERM, when the terminal is closed, and when nobody reads the results any more. */
  signal: AbortSignal;
  /** Whether a person sits there who can be asked. */
  canAsk: boolean;
  /** Whether `status` shows anything. */
  isLive: boolean;
  /** One line of result. */
  print(line: string): void;
  /** One line for the person; it takes the place of a status that stands there. */
  tell(line: string): void;
  /** A line that the next one replaces; nothing at all where stderr is no terminal. */
  status(line: string): void;
  /** Asks on the terminal. Undefined where the person ended the input or cancelled. */
  ask(question: string): Promise<string | undefined>;
}

/** Puts a command's streams and signals together. Called once a process. */
export function openTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const stop = new AbortController();
  const isLive = stderr.isTTY && process.env['TERM'] !== 'dumb';
  let hasStatus = false;
  const clear = () => {
    if (hasStatus) stderr.write('\r\x1b[2K');
    hasStatus = false;
  };
  const tell = (line: string) => {
    clear();
    stderr.write(`${harmless(line)}\n`);
  };
  const interrupt = () => {
    // Asked twice, it is still cleaning up: to end at once would leave behind what Ctrl-C promises not to.
    if (stop.signal.aborted) tell('Still cleaning up …');
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // The window of the terminal was closed, or the connection to it is gone.
  process.on('SIGHUP', interrupt);
  // Whoever reads the results has read enough (`| head`), which is nothing to complain about.
  stdout.on('error', () => stop.abort());
  stderr.on('error', () => {});

  return {
    signal: stop.signal,
    canAsk: stdin.isTTY && stderr.isTTY,
    isLive,
    print(line) {
      clear();
      // A disk that is full takes the beginning of a text and reports nothing; the end of the line is what it then refuses.
      stdout.cork();
      stdout.write(harmless(line));
      stdout.write('\n');
      stdout.uncork();
    },
    tell,
    status(line) {
      if (!isLive) return;
      clear();
      // A line that wraps could not be taken back.
      stderr.write([...harmless(line)].slice(0, Math.max(20, stderr.columns - 1)).join(''));
      hasStatus = true;
    },
    async ask(question) {
      clear();
      const lines = createInterface({ input: stdin, output: stderr });
      lines.on('SIGINT', interrupt);
      const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
      try {
        return await Promise.race([lines.question(question, { signal: stop.signal }), ended]);
      } catch {
        return undefined;
      } finally {
        lines.close();
      }
    },
  };
}

/**
 * Whoever wrote a recipe, an image or a name may have meant the terminal (ECMA-48): what would be obeyed there is shown
 * instead, as JSON spells it, so that a line of JSON stays the same JSON.
 */
function harmless(line: string): string {
  return line.replaceAll(/(?![\n\t])\p{Cc}/gu, (control) => {
    return `\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** A problem as a person reads it on a terminal: what happened, why, what to do. */
export function problemText({ title, detail, remedy, raw }: Problem): string {
  return [title, detail, remedy, raw && `\n${raw}`].filter((part) => part).join('\n');
}
