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
import type { DesktopEvent } from '../../shared/desktop.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Job } from '../jobs.ts';
import type { OpenedImages } from '../image/opened.ts';
import type { Places } from '../places.ts';

export interface Surroundings {
  places: Places;
  host: 'electron' | 'web';
  /** The nixpkgs to build from in place of the release's own, as a flake reference. */
  nixpkgs: string | null;
  opened: OpenedImages;
  /** What only a desktop app can do; null in a browser. */
  desktop: Desktop | null;
}

/** The desktop around the window, as the services know it. */
export interface Desktop {
  /** What the desktop asks of the window, until `signal` aborts. */
  follow: Job<undefined, DesktopEvent, null>;
  settingsChanged(settings: Settings): void;
  seals: SecretBox;
  /** Asks the person for an empty folder, which they may make. Null: they cancelled. */
  chooseFolder(): Promise<string | null>;
  /** Shows a file in the file manager, which opens nothing. */
  showFile(file: string): void;
}

/** Keeps secrets with a key that the system guards. */
export interface SecretBox {
  /** Why it can not be used; null: it can. */
  trouble(): Promise<Problem | null>;
  seal(text: string): Promise<Uint8Array>;
  /** Rejects where the key is another one by now. */
  open(sealed: Uint8Array): Promise<string>;
}

export type Calls = { [N in CallName]: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>> };
export type Jobs = { [N in JobName]: Job<JobInput<N>, JobEvent<N>, JobOutput<N>> };
