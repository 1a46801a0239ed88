/** Which station is in front. */
import type { StationName } from '../stage.ts';
import { set } from './program.ts';

export function goTo(station: StationName): void {
  set({ station });
}
