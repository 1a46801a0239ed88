/** The host name and the WiFi networks, with what each of them asks for. */
import * as choosing from '../choosing-world.ts';
import type { Answers } from '../scripted-door.ts';
import { goTo } from '../window.ts';
import { attic, atticRecipe } from './answers.ts';
import type { State } from './state.ts';

const withWifi: Partial<Answers> = {
  emptyRecipe: () => ({
    ...atticRecipe,
    wifi: {
      ...atticRecipe.wifi,
      country: 'SE',
      networks: [
        { ssid: 'Attic', security: 'wpa2-wpa3', passphrase: 'correct horse', hidden: false, priority: 0 },
        { ssid: 'Garden guests', security: 'open', hidden: true, priority: 0 },
      ],
    },
  }),
};

export const networkStates: State[] = [
  {
    station: 'network',
    state: 'cable',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
    },
  },
  {
    station: 'network',
    state: 'wifi',
    kept: true,
    answers: withWifi,
    async arrange(page) {
      await goTo(page, 'Network');
    },
  },
  {
    station: 'network',
    state: 'editing',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Attic');
      await page.getByLabel('Passphrase', { exact: true }).fill('short');
      await page.getByRole('button', { name: 'Save network' }).click();
      await page.getByText('has 5 characters').waitFor();
    },
  },
  {
    station: 'network',
    state: 'enterprise',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Campus');
      await page.getByLabel('Security').selectOption('enterprise');
      await page.getByRole('button', { name: 'Save network' }).click();
      await page.getByText('is 0 bytes long').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'enterprise-tls',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Campus');
      await page.getByLabel('Security').selectOption('enterprise');
      await page.getByLabel('Method').selectOption('tls');
      await page.getByLabel('Identity', { exact: true }).fill('ada@example.org');
      await page.getByLabel('CA certificate', { exact: true }).fill(choosing.pem('CERTIFICATE'));
      await page.getByLabel('Client key', { exact: true }).fill(choosing.pem('PRIVATE KEY'));
      await page.getByRole('button', { name: 'Save network' }).scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'known',
    answers: { ...attic, knownNetworks: () => choosing.knownList },
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Use this computer’s…' }).click();
      await page.getByRole('button', { name: 'Use Attic' }).click();
      await page.getByText('NetworkManager may ask').waitFor();
    },
  },
  {
    station: 'network',
    state: 'country-guessed',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('button', { name: 'Add a WiFi network' }).click();
      await page.getByLabel('Network name (SSID)').fill('Attic');
      await page.getByLabel('Passphrase', { exact: true }).fill('correct horse');
      await page.getByRole('button', { name: 'Save network' }).click();
      await page.getByText('Guessed from').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'baked',
    answers: withWifi,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByRole('radio', { name: /Inside the image/ }).check();
      await page.getByLabel('Country').scrollIntoViewIfNeeded();
    },
  },
  {
    station: 'network',
    state: 'problem',
    answers: attic,
    async arrange(page) {
      await goTo(page, 'Network');
      await page.getByLabel('Host name').fill('the box in the attic');
      await page.getByText('can not be a host name').waitFor();
    },
  },
  {
    station: 'network',
    state: 'flake-before',
    answers: withWifi,
    async arrange(page) {
      await page.getByRole('button', { name: 'Flake' }).click();
      await goTo(page, 'Network');
      await page.getByText('networking.hostName').waitFor();
      await page.getByLabel('Host name').fill('attic-');
      await page.getByText('This is the flake from before.').waitFor();
    },
  },
];
