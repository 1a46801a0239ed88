/** The connection that all acts share, and how what was asked for is put where the screens see it. */
import type { Outcome } from '../../shared/problem.ts';
import { connect } from '../backend.ts';
import { useStore, type Loaded } from '../store.ts';

export const { getState: known, setState: set } = useStore;

export const program = connect((connection) => set({ connection }));

/** An answer as the store keeps it. */
export function loaded<T>(outcome: Outcome<T>): Loaded<T> {
  return outcome.ok ? { state: 'here', value: outcome.value } : { state: 'failed', problem: outcome.problem };
}
