/** Undo and Redo: whatever is changed comes back, in order, under the name it had. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noHistory,
  noted,
  redone,
  renamed,
  replaced,
  undone,
  type History,
  type Step,
} from '../../src/renderer/recipe-history.ts';
import { emptyRecipe, type Recipe } from '../../src/shared/recipe.ts';
import { numRuns } from '../property/runs.ts';

const named = (name: string): Recipe => ({ ...emptyRecipe(), name });
const step = (name: string, keptAs: string | null = null): Step => ({ recipe: named(name), keptAs });

describe('a change', () => {
  test('is taken back and done again', () => {
    const history = noted(noHistory, step('a'), named('b'), 0);
    const back = undone(history, step('b'));
    expect(back?.step).toEqual(step('a'));
    expect(back && redone(back.history, back.step)?.step).toEqual(step('b'));
    expect(undone(noHistory, step('a'))).toBeNull();
    expect(redone(noHistory, step('a'))).toBeNull();
  });

  test('that is typed letter by letter into one field is one step, and after a pause another', () => {
    let history = noted(noHistory, step('a'), named('at'), 0);
    history = noted(history, step('at'), named('att'), 900);
    expect(history.past).toEqual([step('a')]);
    history = noted(history, step('att'), named('atti'), 2000);
    expect(history.past).toEqual([step('a'), step('att')]);
    history = noted(history, step('atti'), { ...named('atti'), keys: ['k'] }, 2001);
    expect(history.past).toHaveLength(3);
  });

  test('that adds, removes or exchanges something is a step of its own, however soon it follows', () => {
    const chosen = [[], ['git'], ['git', 'vim'], ['git', 'helix'], ['helix']].map((packages) => ({
      ...emptyRecipe(),
      packages,
    }));
    let history: History = noHistory;
    for (const [at, recipe] of chosen.entries())
      if (at > 0) history = noted(history, { recipe: chosen[at - 1] ?? recipe, keptAs: null }, recipe, at);
    expect(history.past.map((one) => one.recipe.packages)).toEqual([
      [],
      ['git'],
      ['git', 'vim'],
      ['git', 'helix'],
    ]);

    const script = (...scripts: Recipe['scripts']): Recipe => ({ ...emptyRecipe(), scripts });
    const steps = [
      script(),
      script({ name: 'script-1', text: '' }),
      script({ name: 'g', text: '' }),
      script({ name: 'gr', text: '' }),
      script(),
    ];
    history = noHistory;
    for (const [at, recipe] of steps.entries())
      if (at > 0) history = noted(history, { recipe: steps[at - 1] ?? recipe, keptAs: null }, recipe, at);
    // Both letters of the name are one.
    expect(history.past.map((one) => one.recipe.scripts[0]?.name)).toEqual([undefined, 'script-1', 'gr']);
  });

  test('that changes nothing takes away nothing that could be done again', () => {
    const back = undone(noted(noHistory, step('a'), named('b'), 0), step('b'));
    if (!back) throw new Error('nothing to undo');
    expect(noted(back.history, step('a'), named('a'), 5)).toBe(back.history);
    expect(noted(back.history, step('a'), named('c'), 5).future).toEqual([]);
  });

  test('is forgotten once there were a hundred after it', () => {
    let history: History = noHistory;
    for (let at = 0; at < 150; at += 1)
      history = noted(history, step(`h${at}`), named(`h${at + 1}`), at * 5000);
    expect(history.past).toHaveLength(100);
    expect(history.past[0]).toEqual(step('h50'));
  });
});

describe('a recipe that is opened in place of another', () => {
  test('is a step of its own, and Undo brings back the other’s name with it', () => {
    const typed = noted(noHistory, step('a', 'Attic'), named('b'), 0);
    const opened = replaced(typed, step('b', 'Attic'));
    const further = noted(opened, step('c', 'Cellar'), named('d'), 10);
    expect(further.past).toEqual([step('a', 'Attic'), step('b', 'Attic'), step('c', 'Cellar')]);
    const once = undone(further, step('d', 'Cellar'));
    const twice = once && undone(once.history, once.step);
    expect(twice?.step).toEqual(step('b', 'Attic'));
  });

  test('follows a kept recipe to its new name, and out of the list', () => {
    const history: History = { past: [step('a', 'Attic')], future: [step('b', 'Cellar')], last: null };
    expect(renamed(history, 'Attic', 'Loft').past).toEqual([step('a', 'Loft')]);
    expect(renamed(history, 'Cellar', null).future).toEqual([step('b', null)]);
    expect(renamed(history, 'Nobody', null)).toEqual(history);
  });
});

test('undoing everything leads to the beginning, and redoing everything to the end, whatever was done', () => {
  const change = fc.record({
    name: fc.stringMatching(/^[a-c]{1,2}$/),
    after: fc.nat(3000),
    opens: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      let history: History = noHistory;
      let now: Step = step('begin');
      let at = 0;
      for (const { name, after, opens } of changes) {
        at += after;
        history = opens ? replaced(history, now) : noted(history, now, named(name), at);
        now = opens ? step(name, name) : { recipe: named(name), keptAs: now.keptAs };
      }
      const end = now;
      const count = history.past.length;
      for (let back = undone(history, now); back; back = undone(history, now))
        ({ history, step: now } = back);
      expect(now).toEqual(step('begin'));
      expect(history.future).toHaveLength(count);
      for (let on = redone(history, now); on; on = redone(history, now)) ({ history, step: now } = on);
      expect(now).toEqual(end);
    }),
    { numRuns },
  );
});
