/** Every input that a recipe refuses is refused in the window, too, in the words of the command line. */
import { checkRecipe } from '../../src/shared/recipe.ts';
import { stationOf, stationTitles } from '../../src/renderer/stage.ts';
import { readDraft } from '../../src/shared/recipe-draft.ts';
import { goodKey, refusedInputs } from '../refused-inputs.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';

for (const [what, wrong] of Object.entries(refusedInputs))
  test(`${what} is said where it is`, async ({ page }) => {
    const given = { schema: 1, keys: [goodKey], ...wrong };
    const checked = checkRecipe(given);
    const [found] = 'problems' in checked ? checked.problems : [];
    if (!found) throw new Error('nothing is wrong with it');
    const draft = readDraft(given);
    if ('recipe' in draft) {
      // It could have been typed: the station of the field has the sentence, and the rail shows the way.
      await openWindow(page, { emptyRecipe: () => draft.recipe });
      const title = stationTitles[stationOf(found.path)];
      await goTo(page, title);
      await expect(
        page.getByRole('button', { name: new RegExp(`^${title} .*(has a problem|to do)`) }),
      ).toBeVisible();
      if (found.problem.code === 'no-way-in')
        return expect(page.getByText('Nobody yet. Add one of your keys below.')).toBeVisible();
      return expect(page.getByText(found.problem.title).first()).toBeVisible();
    }
    // It can only stand in a file: that is not opened, and the line at the bottom says why.
    await openWindow(page);
    await page.getByRole('button', { name: 'Add me@laptop' }).waitFor();
    await page.getByRole('button', { name: 'Recipes…' }).click();
    await page.getByLabel('Recipe file').setInputFiles({
      name: 'r.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(given)),
    });
    return expect(page.getByRole('alert')).toContainText(found.problem.title);
  });
