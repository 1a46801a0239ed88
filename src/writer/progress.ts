/** Tells how far a phase has come: at most ten times a second, and in words where nothing moves. */
import type { StickEvent, StickPhase } from '../shared/contract.ts';

const betweenMillis = 100;
const stallMillis = 10_000;
/** The rate is that of the last few seconds: a stick's first seconds, into its cache, say little. */
const windowMillis = 5000;

export interface Progress {
  /** Begins a phase that moves `total` bytes; 0 where it moves none worth telling. */
  begin(phase: StickPhase, total: number): void;
  /** So many more bytes are durable (or compared). */
  add(bytes: number): void;
  note(text: string): void;
  /** Whom to name where nothing moves: the drive, unless told otherwise. */
  waitFor(whom: 'drive' | 'image'): void;
  /** Ends the last phase, and all timers. */
  end(): void;
}

/** @param now ms, never running backwards. */
export function startProgress(emit: (event: StickEvent) => void, now = () => performance.now()): Progress {
  let phase: StickPhase = 'check';
  let bytes = 0;
  let total = 0;
  let told = { at: 0, bytes: 0 };
  let moved = now();
  let stalls = 0;
  let awaited: 'drive' | 'image' = 'drive';
  let samples: { at: number; bytes: number }[] = [];

  const tell = (at: number) => {
    while (samples.length > 1 && at - (samples[0]?.at ?? at) > windowMillis) samples.shift();
    const oldest = samples[0] ?? { at, bytes: 0 };
    const bytesPerSecond = at > oldest.at ? ((bytes - oldest.bytes) / (at - oldest.at)) * 1000 : 0;
    const canKnow = bytesPerSecond > 0 && at - oldest.at >= 500;
    const remainingMillis = canKnow ? Math.round(((total - bytes) / bytesPerSecond) * 1000) : null;
    emit({
      kind: 'progress',
      phase,
      bytes,
      total,
      bytesPerSecond: Math.round(bytesPerSecond),
      remainingMillis,
    });
    samples.push({ at, bytes });
    told = { at, bytes };
  };
  const finishPhase = () => {
    if (total > 0 && told.bytes !== bytes) tell(now());
  };
  const timer = setInterval(() => {
    const waited = now() - moved;
    if (waited < stallMillis * (stalls + 1)) return;
    stalls += 1;
    emit({ kind: 'note', text: stallWords(phase, awaited, Math.floor(waited / 1000)) });
  }, 500);
  timer.unref();

  return {
    begin(nextPhase, nextTotal) {
      finishPhase();
      phase = nextPhase;
      total = nextTotal;
      bytes = 0;
      stalls = 0;
      moved = now();
      told = { at: moved, bytes: -1 };
      samples = [{ at: moved, bytes: 0 }];
      emit({ kind: 'phase', phase });
    },
    add(more) {
      bytes += more;
      stalls = 0;
      moved = now();
      if (moved - told.at >= betweenMillis) tell(moved);
    },
    note: (text) => emit({ kind: 'note', text }),
    waitFor(whom) {
      awaited = whom;
    },
    end() {
      finishPhase();
      clearInterval(timer);
    },
  };
}

function stallWords(phase: StickPhase, awaited: 'drive' | 'image', seconds: number): string {
  if (awaited === 'image')
    return `Nothing of the image has come for ${seconds} s. Leave the drive plugged in; it goes on when more comes.`;
  if (phase === 'flush')
    return `The drive is still storing what it was given (${seconds} s). Leave it plugged in.`;
  if (phase === 'unmount')
    return `Unmounting takes long (${seconds} s): what was left to write is being written.`;
  return `The stick has not ${phase === 'verify' ? 'sent' : 'accepted'} data for ${seconds} s. Some sticks pause like this; leave it plugged in.`;
}
