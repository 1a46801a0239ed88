/** Shows how far long jobs are: one line that changes on a terminal, one plain line a phase anywhere else. */
import type { BuildEvent, BuildPhase, StickEvent, StickPhase } from '../../shared/contract.ts';
import { assertNever } from '../../shared/problem.ts';
import { formatPercent, formatRate, formatRemaining } from '../../shared/units.ts';
import type { Terminal } from './terminal.ts';

const buildWords: Record<BuildPhase, string> = {
  flake: 'Writing the flake',
  evaluate: 'Evaluating',
  fetch: 'Fetching',
  build: 'Building',
  image: 'Making the image',
  copy: 'Copying the image',
};

const stickWords: Record<StickPhase, string> = {
  check: 'Checking',
  unmount: 'Unmounting',
  write: 'Writing',
  flush: 'Flushing',
  verify: 'Reading back',
  finish: 'Finishing',
};

/** Shows the events of a build. */
export function buildProgress(terminal: Terminal): (event: BuildEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'phase':
        return sayPhase(terminal, buildWords[event.phase]);
      case 'progress':
        return terminal.status(
          [
            bar(event.fraction),
            buildWords[event.phase],
            event.label,
            event.bytesPerSecond === undefined ? '' : formatRate(event.bytesPerSecond),
            formatRemaining(event.remainingMillis ?? null),
          ]
            .filter(Boolean)
            .join('  '),
        );
      case 'log':
        // Thousands of lines that say nothing as long as all goes well; a failure brings the last of them.
        return;
      case 'note':
        return terminal.tell(`Note: ${event.text}`);
      default:
        return assertNever(event);
    }
  };
}

/**
 * Shows the events of one or several sticks that are written or read at once.
 *
 * @param otherWords for phases that mean something else where no image is written
 */
export function stickProgress(
  terminal: Terminal,
  targets: string[],
  otherWords: Partial<Record<StickPhase, string>> = {},
): (target: string, event: StickEvent) => void {
  const alone = targets.length === 1;
  const words = { ...stickWords, ...otherWords };
  const states = new Map<string, string>();
  const showAll = () =>
    terminal.status([...states].map(([target, state]) => `${target}: ${state}`).join(' · '));
  return (target, event) => {
    const before = alone ? '' : `${target}: `;
    switch (event.kind) {
      case 'phase':
        states.set(target, words[event.phase]);
        return alone || !terminal.isLive ? sayPhase(terminal, before + words[event.phase]) : showAll();
      case 'progress': {
        const fraction = event.total > 0 ? event.bytes / event.total : 0;
        states.set(target, `${words[event.phase]} ${formatPercent(fraction)}`);
        if (!alone) return showAll();
        const parts = [
          bar(fraction),
          words[event.phase],
          formatRate(event.bytesPerSecond),
          formatRemaining(event.remainingMillis),
        ];
        return terminal.status(parts.filter(Boolean).join('  '));
      }
      case 'note':
        return terminal.tell(`Note: ${before}${event.text}`);
      default:
        return assertNever(event);
    }
  };
}

function sayPhase(terminal: Terminal, words: string): void {
  if (terminal.isLive) terminal.status(`${words} …`);
  else terminal.tell(`${words} …`);
}

/** Twenty cells and the percentage; nothing where nobody knows how far it is. */
function bar(fraction: number | null): string {
  if (fraction === null) return '';
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * 20);
  return `[${'#'.repeat(full)}${'-'.repeat(20 - full)}] ${formatPercent(fraction).padStart(5)}`;
}
