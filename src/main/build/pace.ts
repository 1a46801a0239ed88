/**
 * Makes one bar of a whole build out of the phases of Nix, and says how long it will still take, from what earlier
 * builds of the same kind took. Pure: it is told the time.
 */
import type { BuildPhase } from '../../shared/contract.ts';

/** What is measured on its own. Nix fetches and builds at the same time, so that is one. */
export type Stretch = 'evaluate' | 'make' | 'image' | 'copy';

/** How long each stretch of a build took, in ms. */
export type Durations = Record<Stretch, number>;

const stretches: Stretch[] = ['evaluate', 'make', 'image', 'copy'];

/** Shares of the bar where nothing has been learnt yet: guesses, and only ever shown as a bar. */
const guessed: Durations = { evaluate: 5, make: 60, image: 30, copy: 5 };

/** A stretch that takes longer than ever before waits here: it is not done. */
const almost = 0.97;

const stretchOf: Record<BuildPhase, Stretch> = {
  flake: 'evaluate',
  evaluate: 'evaluate',
  fetch: 'make',
  build: 'make',
  image: 'image',
  copy: 'copy',
};

export interface PaceNow {
  /** 0…1 of the whole build; never runs backwards; null where nobody can know. */
  fraction: number | null;
  /** Null where nobody can know. */
  remainingMillis: number | null;
}

export class Pace {
  #earlier: Durations | null;
  #stretch: Stretch = 'evaluate';
  #since: number;
  #took: Durations = { evaluate: 0, make: 0, image: 0, copy: 0 };
  #fraction = 0;

  /** `earlier`: what is to be expected; null where nothing has been learnt. `now`: ms on any clock that only goes forward. */
  constructor(earlier: Durations | null, now: number) {
    this.#earlier = earlier;
    this.#since = now;
  }

  /**
   * Where the build is.
   *
   * @param within 0…1 of the phase where it is known; null where it is not.
   */
  at(phase: BuildPhase, within: number | null, now: number): PaceNow {
    const stretch = stretchOf[phase];
    if (stretches.indexOf(stretch) > stretches.indexOf(this.#stretch)) {
      this.#took[this.#stretch] += now - this.#since;
      this.#stretch = stretch;
      this.#since = now;
    }
    const weights = this.#earlier ?? guessed;
    const total = sum(weights, stretches) || 1;
    const here = stretches.indexOf(this.#stretch);
    const part = this.#part(within, now);
    const reached = sum(weights, stretches.slice(0, here)) + weights[this.#stretch] * (part ?? 0);
    this.#fraction = Math.max(this.#fraction, Math.min(1, reached / total));
    if (part === null) return { fraction: null, remainingMillis: null };
    return { fraction: this.#fraction, remainingMillis: this.#earlier && this.#remaining(part, now) };
  }

  /** How long each stretch took, when the build has ended. */
  durations(now: number): Durations {
    return { ...this.#took, [this.#stretch]: this.#took[this.#stretch] + now - this.#since };
  }

  /** How much of this stretch is done: as Nix counts it, else by the time that it took before. */
  #part(within: number | null, now: number): number | null {
    if (within !== null) return within;
    if (!this.#earlier) return null;
    const expected = this.#earlier[this.#stretch];
    return expected > 0 ? Math.min(almost, (now - this.#since) / expected) : almost;
  }

  #remaining(part: number, now: number): number {
    const earlier = this.#earlier ?? guessed;
    const here = stretches.indexOf(this.#stretch);
    const elapsed = now - this.#since;
    // What earlier builds took, for what is left of this stretch; what this build took, for what is done of it.
    const whole = earlier[this.#stretch] * (1 - part) + elapsed;
    return Math.round(Math.max(0, whole * (1 - part)) + sum(earlier, stretches.slice(here + 1)));
  }
}

function sum(durations: Durations, of: Stretch[]): number {
  return of.reduce((total, stretch) => total + durations[stretch], 0);
}
