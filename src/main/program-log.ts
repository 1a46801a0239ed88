/** Keeps what the program did in a file for the day when somebody must find out why it went wrong: bounded, and without secrets. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { hideSecrets } from './build/hide-secrets.ts';
import type { Observer } from './observed.ts';
import { makePrivate } from './places.ts';

/** Bytes. A log that has grown so far goes aside as `nixburn.log.1`, and that as `nixburn.log.2`, whose like is lost. */
const largest = 500_000;

export interface ProgramLog extends Observer {
  /** One line: the time, what happened, and its facts. Never a name, a path or an input. */
  say(what: string, facts?: Record<string, string | number | boolean>): void;
}

/** The files in `folder`, the newest first. */
export function programLogFiles(folder: string): string[] {
  const file = path.join(folder, 'nixburn.log');
  return [file, `${file}.1`, `${file}.2`];
}

/** Opens the log in `folder`. Neither this nor `say` ever fails: without a log, all works as well. */
export async function openProgramLog(folder: string): Promise<ProgramLog> {
  await makePrivate(folder).catch(() => {});
  const [file = '', older = '', oldest = ''] = programLogFiles(folder);

  function say(what: string, facts: Record<string, string | number | boolean> = {}): void {
    const words = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const line = [new Date().toISOString(), what, ...words].join(' ').replaceAll(/[\r\n]+/g, ' ');
    try {
      turn();
      appendFileSync(file, `${hideSecrets(line)}\n`, { mode: 0o600 });
    } catch {
      // A full disk, or a folder that somebody has taken away.
    }
  }

  function turn(): void {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < largest) return;
    if (statSync(older, { throwIfNoEntry: false })) renameSync(older, oldest);
    renameSync(file, older);
  }

  return {
    say,
    jobStarted: ({ name }) => say('job-started', { job: nameOf(name) }),
    jobEnded({ name, startedAt }, outcome) {
      const facts = { job: nameOf(name), seconds: Math.round((Date.now() - startedAt) / 1000) };
      if (outcome.ok) return say('job-done', facts);
      const { code, raw } = outcome.problem;
      // What other programs said may name files and networks; of ours, a mistake is what the log is for.
      say('job-failed', { ...facts, code, ...(code === 'internal-error' ? { raw } : {}) });
    },
    callFailed: (name, { code, raw }) => say('call-failed', { call: nameOf(name), code, raw }),
  };
}

/** A name that a page made up may be anything. */
function nameOf(name: string): string {
  return /^[A-Za-z]{1,40}$/.test(name) ? name : 'unknown';
}
