/** An image of somebody else’s that was opened from the desktop, and what is said where it will not do. */
import * as world from '../world.ts';
import { attic, withImage } from './answers.ts';
import type { State } from './state.ts';

export const openedStates: State[] = [
  {
    station: 'opened',
    state: 'reading',
    answers: attic,
    async arrange(page, door) {
      const desktop = await door.run('followDesktop');
      await desktop.tell({ kind: 'reading', fileName: 'debian-13.iso', fraction: 0.4 });
      await page.getByRole('progressbar', { name: 'Reading debian-13.iso' }).waitFor();
    },
  },
  {
    station: 'opened',
    state: 'unusable',
    answers: attic,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'trouble', problem: world.discOnly });
      await page.getByText('boots from a disc only').waitFor();
    },
  },
  {
    station: 'opened',
    state: 'own-image',
    answers: withImage,
    async arrange(page, door) {
      await (await door.run('followDesktop')).tell({ kind: 'image', image: world.ownImage });
      await page.getByText('Opened debian-13.iso.').waitFor();
    },
  },
];
