/** How often a property is tried, and what comes of it. */
import * as fc from 'fast-check';

/** Quickly each time, thoroughly where NIXBURN_PROPERTY_RUNS says so (10000). */
export const numRuns = Number(process.env['NIXBURN_PROPERTY_RUNS'] ?? 300);

/**
 * Tries a property that returns whether it holds. Gives the smallest thing for which it does not, with the seed that
 * finds it again; null where it holds.
 */
export function counterexampleOf<T>(property: fc.IProperty<T>): object | null {
  const { failed, counterexample, errorInstance, seed, counterexamplePath } = fc.check(property, { numRuns });
  return failed ? { counterexample, errorInstance, seed, path: counterexamplePath } : null;
}
