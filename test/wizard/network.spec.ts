/** Station 3: networks of companies, networks that this computer knows, and a country that was guessed. */
import type { Locator, Page } from '@playwright/test';
import { done, failed, problem } from '../../src/shared/problem.ts';
import { homeNetwork, knownList, pem } from './choosing-world.ts';
import { inputsOf, type Answers, type ScriptedDoor } from './scripted-door.ts';
import { expect, test } from './test.ts';
import { goTo, openWindow } from './window.ts';
import { emptyRecipe } from './world.ts';
import type { Recipe } from '../../src/shared/recipe.ts';

async function openNetwork(page: Page, answers: Partial<Answers> = {}): Promise<ScriptedDoor> {
  const door = await openWindow(page, answers);
  await goTo(page, 'Network');
  return door;
}

function networksOf(door: ScriptedDoor): Recipe['wifi']['networks'] {
  return (inputsOf(door, 'checkRecipe').at(-1) as Recipe).wifi.networks;
}

async function addEnterprise(page: Page, answers: Partial<Answers> = {}): Promise<ScriptedDoor> {
  const door = await openNetwork(page, answers);
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await page.getByLabel('Network name (SSID)').fill('Campus');
  await page.getByLabel('Security').selectOption('enterprise');
  return door;
}

const save = (page: Page): Locator => page.getByRole('button', { name: 'Save network' });

test('a network that asks for a user name and a password is added', async ({ page }) => {
  const door = await addEnterprise(page);
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeHidden();
  await expect(
    page.getByText('anybody can pretend to be this network and take your password.'),
  ).toBeVisible();
  await save(page).press('Enter');
  await expect(page.getByLabel('Identity', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Identity', { exact: true })).toHaveAccessibleDescription(/is 0 bytes long/);
  await page.getByLabel('Identity', { exact: true }).fill('ada@example.org');
  await save(page).press('Enter');
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toBeFocused();
  await expect(password).toHaveAttribute('type', 'password');
  await password.fill('copper lantern');
  await page.getByLabel('Method').selectOption('ttls');
  await page.getByLabel('Inner authentication').selectOption('pap');
  await page.getByLabel('Anonymous identity').fill('anonymous@example.org');
  await page.getByLabel('Server’s domain').fill('radius.example.org');
  await expect(page.getByText('anybody can pretend')).toBeHidden();
  await save(page).press('Enter');
  await expect(page.getByText('Enterprise, with a sign-in')).toBeVisible();
  await expect
    .poll(() => networksOf(door))
    .toEqual([
      {
        ssid: 'Campus',
        security: 'enterprise',
        hidden: false,
        priority: 0,
        enterprise: {
          method: 'ttls',
          identity: 'ada@example.org',
          password: 'copper lantern',
          innerAuthentication: 'pap',
          anonymousIdentity: 'anonymous@example.org',
          domain: 'radius.example.org',
        },
      },
    ]);
});

test('a network that asks for a certificate takes it as text or from a file, and shows no private key', async ({
  page,
}) => {
  const door = await addEnterprise(page);
  await page.getByLabel('Identity', { exact: true }).fill('ada@example.org');
  await page.getByLabel('Method').selectOption('tls');
  await expect(page.getByLabel('Password', { exact: true })).toBeHidden();
  await page.getByLabel('CA certificate', { exact: true }).fill('hello');
  await save(page).press('Enter');
  await expect(page.getByLabel('CA certificate', { exact: true })).toHaveAccessibleDescription(
    /not a certificate in PEM form/,
  );
  await page.getByLabel('CA certificate', { exact: true }).fill(pem('CERTIFICATE'));
  await page.getByLabel('File: Client certificate', { exact: true }).setInputFiles({
    name: 'ada.pem',
    mimeType: 'application/x-pem-file',
    buffer: Buffer.from(pem('CERTIFICATE')),
  });
  await expect(page.getByLabel('Client certificate', { exact: true })).toHaveValue(pem('CERTIFICATE'));
  const key = page.getByLabel('Client key', { exact: true });
  await key.fill(pem('ENCRYPTED PRIVATE KEY'));
  await expect(key).toHaveValue('A key of 3 lines, not shown');
  await save(page).press('Enter');
  await expect(page.getByLabel('Key password', { exact: true })).toHaveAccessibleDescription(
    /has a password, which is missing/,
  );
  await page.getByLabel('Key password', { exact: true }).fill('walrus');
  await save(page).press('Enter');
  await expect.poll(() => networksOf(door)).toHaveLength(1);
  expect(networksOf(door)[0]?.enterprise).toEqual({
    method: 'tls',
    identity: 'ada@example.org',
    caCertificate: pem('CERTIFICATE'),
    clientCertificate: pem('CERTIFICATE'),
    clientKey: pem('ENCRYPTED PRIVATE KEY'),
    clientKeyPassword: 'walrus',
  });
});

test('a private key in the place of a certificate is wiped and sent nowhere', async ({ page }) => {
  const door = await addEnterprise(page);
  const field = page.getByLabel('CA certificate', { exact: true });
  await field.fill(pem('PRIVATE KEY'));
  await expect(field).toHaveAccessibleDescription(/A private key stands where a certificate belongs\./);
  await expect(field).toHaveValue('');
  expect(JSON.stringify(door.requests)).not.toContain('PRIVATE KEY');
});

test('another kind of security takes nothing of the sign-in along', async ({ page }) => {
  const door = await addEnterprise(page);
  await page.getByLabel('Identity', { exact: true }).fill('ada@example.org');
  await page.getByLabel('Security').selectOption('wpa2');
  await page.getByLabel('Passphrase', { exact: true }).fill('monkey12');
  await expect(page.getByLabel('Passphrase', { exact: true })).toHaveAccessibleDescription(/Guessed at once/);
  await save(page).press('Enter');
  await expect.poll(() => networksOf(door)).toHaveLength(1);
  expect(networksOf(door)[0]).toEqual({
    ssid: 'Campus',
    security: 'wpa2',
    passphrase: 'monkey12',
    hidden: false,
    priority: 0,
  });
});

test('a network of this computer is taken with its passphrase, after the person agreed to how it is read', async ({
  page,
}) => {
  const door = await openNetwork(page, {
    knownNetworks: () => knownList,
    knownPassphrase: () => done({ ...homeNetwork, passphrase: 'correct horse' }),
  });
  await page.getByRole('button', { name: 'Use this computer’s…' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Networks this computer joins' })).toBeFocused();
  await expect(page.getByText('Some networks can not be read.')).toBeVisible();
  await page.getByRole('button', { name: 'Use Attic' }).press('Enter');
  const read = page.getByRole('button', { name: 'Read the passphrase of Attic' });
  await expect(read).toBeFocused();
  await expect(read).toHaveAccessibleDescription(/NetworkManager may ask for your password\./);
  expect(inputsOf(door, 'knownPassphrase')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Network name (SSID)')).toHaveValue('Attic');
  await expect(page.getByLabel('Network name (SSID)')).toBeFocused();
  expect(inputsOf(door, 'knownPassphrase')).toEqual([{ id: 'nm:1', agreed: true }]);
  await expect(page.getByLabel('Passphrase', { exact: true })).toHaveValue('correct horse');
  expect(networksOf(door)).toEqual([]);
  await save(page).press('Enter');
  await expect.poll(() => networksOf(door)).toHaveLength(1);
  expect(networksOf(door)[0]).toEqual({
    ssid: 'Attic',
    security: 'wpa2-wpa3',
    passphrase: 'correct horse',
    hidden: false,
    priority: 5,
  });
});

test('a passphrase that is not given says why, and an enterprise network is left to be typed', async ({
  page,
}) => {
  const refused = problem('rights-refused', 'The passphrase was not given.', { remedy: 'Type it yourself.' });
  const door = await openNetwork(page, {
    knownNetworks: () => knownList,
    knownPassphrase: () => failed(refused),
  });
  await page.getByRole('button', { name: 'Use this computer’s…' }).click();
  await page.getByRole('button', { name: 'Use Attic' }).click();
  await page.getByRole('button', { name: 'Read the passphrase of Attic' }).click();
  await expect(page.getByText('The passphrase was not given.')).toBeVisible();
  await page.getByRole('button', { name: 'Use Campus' }).click();
  await expect(page.getByLabel('Security')).toHaveValue('enterprise');
  await expect(page.getByLabel('Identity', { exact: true })).toHaveValue('');
  expect(inputsOf(door, 'knownPassphrase')).toHaveLength(1);
});

test('the list of this computer’s networks says when there are none, and is closed again', async ({
  page,
}) => {
  await openNetwork(page);
  await page.getByRole('button', { name: 'Use this computer’s…' }).click();
  await expect(page.getByText('This computer knows no WiFi network.')).toBeVisible();
  await page.getByRole('button', { name: 'Close the list' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'WiFi networks' })).toBeFocused();
});

test('with the first network the country is guessed, and what the person says instead stays', async ({
  page,
}) => {
  const door = await openNetwork(page);
  const add = async (ssid: string) => {
    await page.getByRole('button', { name: 'Add a WiFi network' }).click();
    await page.getByLabel('Network name (SSID)').fill(ssid);
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
    await save(page).click();
  };
  await add('Attic');
  const country = page.getByLabel('Country');
  await expect(country).toHaveValue('SE');
  await expect(country).toHaveAccessibleDescription(/^Guessed from this computer’s settings\./);
  await country.selectOption('');
  await expect(country).toHaveAccessibleDescription('Each country allows other WiFi channels.');
  await add('Cellar');
  await expect.poll(() => networksOf(door)).toHaveLength(2);
  await expect(country).toHaveValue('');
});

test('who marks a network WPA2 only is told which access points that shuts out', async ({ page }) => {
  await openWindow(page);
  await goTo(page, 'Network');
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  const security = page.getByLabel('Security');
  await expect(security).not.toHaveAccessibleDescription(/joined/);
  await security.selectOption('wpa2');
  await expect(security).toHaveAccessibleDescription(/offers WPA3 as well, .* is never joined this way/);
  await security.selectOption('wpa3');
  await expect(security).toHaveAccessibleDescription('An access point that knows WPA2 alone is not joined.');
});

test('a form stays with its network while another one above it is removed', async ({ page }) => {
  const wifi = ['Attic', 'Barn', 'Cellar'].map((ssid) => ({
    ...homeNetwork,
    ssid,
    passphrase: `the ${ssid} of the house`,
  }));
  const door = await openNetwork(page, {
    emptyRecipe: () => ({ ...emptyRecipe, wifi: { ...emptyRecipe.wifi, networks: wifi } }),
  });
  await page.getByRole('button', { name: 'Edit Barn' }).click();
  await page.getByLabel('Priority').fill('7');
  await page.getByRole('button', { name: 'Remove Attic' }).click();
  await expect(page.getByRole('button', { name: 'Edit Cellar' })).toBeVisible();
  await expect(page.getByLabel('Priority')).toHaveValue('7');
  await save(page).click();
  await expect(page.getByRole('button', { name: 'Edit Barn' })).toBeVisible();
  await expect
    .poll(() => networksOf(door).map(({ ssid, priority }) => [ssid, priority]))
    .toEqual([
      ['Barn', 7],
      ['Cellar', 5],
    ]);
});

test('a passphrase that comes after its list was closed takes no form away from anybody', async ({
  page,
}) => {
  let give: (value: ReturnType<Answers['knownPassphrase']>) => void = () => undefined;
  const door = await openNetwork(page, {
    knownNetworks: () => knownList,
    knownPassphrase: () => new Promise((resolve) => (give = resolve)),
  });
  await page.getByRole('button', { name: 'Use this computer’s…' }).click();
  await page.getByRole('button', { name: 'Use Attic' }).click();
  await page.getByRole('button', { name: 'Read the passphrase of Attic' }).click();
  await expect.poll(() => inputsOf(door, 'knownPassphrase').length).toBe(1);
  await page.getByRole('button', { name: 'Add a WiFi network' }).click();
  await page.getByLabel('Network name (SSID)').fill('Guest house');
  give(done({ ...homeNetwork, passphrase: 'correct horse' }));
  await page.getByLabel('Passphrase', { exact: true }).fill('letters of its own');
  await expect(page.getByLabel('Network name (SSID)')).toHaveValue('Guest house');
});

test('where passphrases go is shown as the recipe says it, also after Undo', async ({ page }) => {
  const door = await openNetwork(page, {
    emptyRecipe: () => ({
      ...emptyRecipe,
      wifi: {
        ...emptyRecipe.wifi,
        secrets: 'baked',
        networks: [{ ...homeNetwork, passphrase: 'correct horse' }],
      },
    }),
  });
  const inside = page.getByRole('radio', { name: /^Inside the image/ });
  await expect(inside).toBeChecked();
  await page.getByRole('radio', { name: /^Beside the image/ }).check();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => (inputsOf(door, 'checkRecipe').at(-1) as Recipe).wifi.secrets).toBe('baked');
  await expect(inside).toBeChecked();
  await expect(page.getByRole('checkbox', { name: /can read this passphrase/ })).toBeChecked();
});
