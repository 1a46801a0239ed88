/**
 * What the window looks like, compared with pictures that somebody has looked at: those of the documents in light and in
 * dark, and some more. `npm run pictures` accepts what has changed.
 */
import { openStill, stillContext } from './picture.ts';
import type { State } from './states/state.ts';
import { states } from './states.ts';
import { expect, test } from './test.ts';

test.use(stillContext);
// Other systems draw letters in their own way, and would need pictures of their own.
test.skip(process.platform !== 'linux', 'The pictures were taken on Linux.');

/** What shows something that no picture of the documents has: in the smallest window, and in light to keep the project small. */
const more = ['opening: failed', 'keys: private-refused', 'packages: need-a-look', 'network: editing'];
more.push('system: extras', 'system: flake', 'build: not-ready', 'build: failed', 'build: done');
more.push('drive: confirm', 'drive: writing', 'drive: verified', 'boot: found');

const nameOf = ({ station, state }: State) => `${station}: ${state}`;

for (const state of states.filter((one) => one.kept || more.includes(nameOf(one))))
  test(`${nameOf(state)} looks as in its pictures`, async ({ page }) => {
    if (!state.kept) await page.setViewportSize({ width: 960, height: 640 });
    await openStill(page, state);
    for (const colorScheme of state.kept ? (['light', 'dark'] as const) : (['light'] as const)) {
      await page.emulateMedia({ colorScheme });
      await expect.soft(page).toHaveScreenshot(pictureOf(state, colorScheme));
    }
  });

test('every state that is to be pictured is there', () => {
  const names = states.map(nameOf);
  expect(more.filter((name) => !names.includes(name))).toEqual([]);
});

test('a picture is refused where anything in it has moved by 12 pixels, or is gone', async ({ page }, {
  config,
}) => {
  // More than a dozen pictures are taken and compared.
  test.slow();
  // Only a comparison counts here: with this picture out of date everything would look refused, and accepting takes none.
  test.skip(
    config.updateSnapshots === 'changed' || config.updateSnapshots === 'all',
    'New pictures are being taken.',
  );
  const state = states.find((one) => nameOf(one) === 'keys: chosen');
  if (state === undefined) throw new Error('The state that is compared is gone.');
  await openStill(page, state);
  const picture = pictureOf(state, 'light');
  await expect(page).toHaveScreenshot(picture);
  // From the largest to the smallest that the window has; by selectors, since what is hidden has no role.
  const seen = ['h1', 'main .item button', 'nav .mark'];
  for (const selector of seen)
    for (const [property, value] of [
      ['translate', '12px'],
      ['visibility', 'hidden'],
    ] as const) {
      const one = page.locator(selector).first();
      await one.evaluate((element, [name, to]) => (element as HTMLElement).style.setProperty(name, to), [
        property,
        value,
      ] as const);
      await expect(page, `${property} of ${selector}`).not.toHaveScreenshot(picture);
      await one.evaluate((element, name) => (element as HTMLElement).style.removeProperty(name), property);
    }
  await expect(page).toHaveScreenshot(picture);
});

/** Where a picture is, from the top of the project. */
function pictureOf(state: State, colorScheme: 'light' | 'dark'): string[] {
  const file = `${state.station}-${state.state}-${colorScheme}.png`;
  return state.kept ? ['docs', 'screenshots', file] : ['test', 'wizard', 'pictures', file];
}
