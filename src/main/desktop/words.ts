/** Every word that the desktop shows outside of the window: in menus, questions and notices. */
import type { Problem } from '../../shared/problem.ts';
import type { LongJob } from './running.ts';
import type { Sentence } from './say.ts';

/** While it runs, in the question before quitting. */
export const runningWords: Record<LongJob, { title: Sentence; detail: Sentence }> = {
  build: {
    title: 'The image is still being built.',
    detail:
      'If you quit now the build is stopped. What Nix has finished is kept, and the next build goes on from there.',
  },
  writeStick: {
    title: 'The stick is still being written.',
    detail: 'If you quit now it will not boot, and must be written again.',
  },
  writeSticks: {
    title: 'Sticks are still being written.',
    detail: 'If you quit now those that are not finished will not boot, and must be written again.',
  },
  makeStick: {
    title: 'A stick is still being made.',
    detail: 'If you quit now the build is stopped, and a stick that was begun will not boot.',
  },
  verifyStick: {
    title: 'The stick is still being compared.',
    detail: 'If you quit now nobody knows whether it is right. Nothing on it changes.',
  },
  personaliseStick: {
    title: 'The secrets of the stick are still being changed.',
    detail: 'If you quit now the stick may lack them, and must be filled again.',
  },
  restoreStick: {
    title: 'The stick is still being emptied.',
    detail: 'If you quit now it can not be used before it is emptied again.',
  },
  saveStick: {
    title: 'The stick is still being copied.',
    detail: 'If you quit now the copy is removed. The stick stays as it is.',
  },
};

/** When it has ended well. */
export const endedWords: Record<LongJob, Sentence> = {
  build: 'The image is built.',
  writeStick: 'The stick is written and verified.',
  writeSticks: 'The sticks are written.',
  makeStick: 'The stick is written and verified.',
  verifyStick: 'The stick holds the image, every byte of it.',
  personaliseStick: 'The secrets of the stick are changed.',
  restoreStick: 'The stick is empty again.',
  saveStick: 'The stick is copied.',
};

/** A problem names what happened; that is enough for a notice, which anybody who passes by can read. */
export function failedWords({ title }: Problem): string {
  return title;
}
