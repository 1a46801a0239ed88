/** Every state of every screen that is worth looking at, station by station: what is tried on each, or pictured. */
import { bootStates } from './states/boot.ts';
import { beforeBuildStates } from './states/build-before.ts';
import { buildStates } from './states/build-running.ts';
import { stickActStates } from './states/drive-acts.ts';
import { driveChoiceStates } from './states/drive-choosing.ts';
import { severalDriveStates } from './states/drive-several.ts';
import { driveWritingStates } from './states/drive-writing.ts';
import { keyStates } from './states/keys.ts';
import { networkStates } from './states/network.ts';
import { openedStates } from './states/opened.ts';
import { openingStates } from './states/opening.ts';
import { packageStates } from './states/packages.ts';
import { recipeStates } from './states/recipes.ts';
import { sheetStates } from './states/sheet.ts';
import type { State } from './states/state.ts';
import { systemStates } from './states/system.ts';

export const states: State[] = [
  ...openingStates,
  ...keyStates,
  ...recipeStates,
  ...packageStates,
  ...networkStates,
  ...systemStates,
  ...beforeBuildStates,
  ...buildStates,
  ...driveChoiceStates,
  ...driveWritingStates,
  ...stickActStates,
  ...severalDriveStates,
  ...bootStates,
  ...sheetStates,
  ...openedStates,
];
