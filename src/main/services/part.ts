/** What every part of the services is given, and what it gives: some of the contract's calls and jobs. */
import type {
  CallInput,
  CallName,
  CallOutput,
  JobEvent,
  JobInput,
  JobName,
  JobOutput,
} from '../../shared/contract.ts';
import type { Job } from '../jobs.ts';
import type { Places } from '../places.ts';

export interface Surroundings {
  places: Places;
  host: 'electron' | 'web';
  /** The nixpkgs to build from in place of the release's own, as a flake reference. */
  nixpkgs: string | null;
}

export type Calls = { [N in CallName]: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>> };
export type Jobs = { [N in JobName]: Job<JobInput<N>, JobEvent<N>, JobOutput<N>> };
