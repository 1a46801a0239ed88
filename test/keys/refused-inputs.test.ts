/** The same sentence in the window and on the terminal for every input that a recipe refuses. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServices } from '../../src/main/services.ts';
import { findPlaces } from '../../src/main/places.ts';
import type { RecipeProblem } from '../../src/shared/contract.ts';
import { makeHome, runCommand, type Home } from '../contract/program.ts';
import { goodKey, refusedInputs } from '../refused-inputs.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

describe('what a recipe refuses', () => {
  test.each(Object.entries(refusedInputs))('%s has the same words everywhere', async (_, wrong) => {
    const recipe = { schema: 1, keys: [goodKey], ...wrong };
    const places = findPlaces({ platform: 'linux', env: {}, home: home.folder });
    const answer = await createServices({ places, host: 'web', nixpkgs: null }).call('checkRecipe', recipe);
    const inWindow = answer.ok ? (answer.value as RecipeProblem[]) : [];
    expect(inWindow).toHaveLength(1);

    const file = path.join(home.folder, 'recipe.json');
    await writeFile(file, JSON.stringify(recipe));
    const { exit, stdout } = await runCommand(home, ['check', file, '--json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(exit).toBe(2);
    expect(lines).toEqual([
      { kind: 'problem', ...inWindow[0] },
      // The last line names the place, which the window shows at the field itself.
      {
        kind: 'failed',
        problem: { ...inWindow[0]!.problem, detail: expect.stringContaining(inWindow[0]!.problem.detail) },
      },
    ]);
    const { title, remedy } = inWindow[0]!.problem;
    expect(title).toMatch(/[.]$/);
    expect(remedy).toMatch(/[.A-Za-z0-9…)]$/);
  });
});
