/** Turns what went wrong into the exit status that scripts depend on. */
import type { Problem } from '../../shared/problem.ts';

/** 0 done · 1 failed · 2 bad input or usage · 3 refused for safety · 130 cancelled. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

/** What was given does not fit. What is wrong with a recipe needs no list: all of it is bad input where it is read. */
const badInput = new Set([
  'bad-address',
  'bad-key-comment',
  'bad-key-passphrase',
  'bad-user-name',
  'drive-not-found',
  'file-exists',
  'file-not-made',
  'image-denied',
  'image-empty',
  'image-is-folder',
  'image-missing',
  'image-not-file',
  'image-not-iso',
  'image-packed',
  'key-exists',
  'key-folder',
  'label-not-usable',
  'missing-passphrase',
  'no-terminal',
  'not-an-image',
  'passphrases-differ',
  'slot-entry-too-large',
  'slot-missing',
  'slot-too-large',
  'target-empty',
  'target-is-directory',
  'target-is-file',
  'target-not-a-drive',
  'target-twice',
  'target-unreachable',
  'too-many-networks',
  'unknown-host-format',
  'usage',
]);

/** The rules that keep the wrong drive from being written: those of `drives/rules.ts`, and the writer's own. */
const refused = new Set([
  'drive-changed',
  'drive-empty',
  'drive-holds-app',
  'drive-holds-backup',
  'drive-holds-image',
  'drive-holds-practice-stick',
  'drive-holds-store',
  'drive-holds-swap',
  'drive-holds-system',
  'drive-in-use',
  'drive-is-partition',
  'drive-not-removable',
  'drive-read-only',
  'drive-too-small',
  'file-not-yours',
  'image-is-kept',
  'target-is-link',
  'write-not-confirmed',
]);

/** The exit status for a problem, by its code alone. */
export function exitCodeOf({ code }: Problem): ExitCode {
  if (code === 'cancelled') return 130;
  if (badInput.has(code)) return 2;
  return refused.has(code) ? 3 : 1;
}

/** Of several results, the one that a script most needs to hear of: cancelled, then refused, bad input, failed. */
export function worst(codes: ExitCode[]): ExitCode {
  const order: ExitCode[] = [130, 3, 2, 1];
  return order.find((code) => codes.includes(code)) ?? 0;
}
