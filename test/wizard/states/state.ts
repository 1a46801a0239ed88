/** What a state of a screen is, in a file of its own so that no part of the list of them has to import the list. */
import type { Page } from '@playwright/test';
import type { Answers, ScriptedDoor } from '../scripted-door.ts';

export interface State {
  station: string;
  state: string;
  /** Whether its picture belongs to the documentation. */
  kept?: boolean;
  answers?: Partial<Answers>;
  arrange?(page: Page, door: ScriptedDoor): Promise<void>;
}
