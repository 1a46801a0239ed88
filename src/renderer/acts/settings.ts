/** The person's settings: asked for once, changed one at a time, and shown at once. */
import { done, type Outcome } from '../../shared/problem.ts';
import type { WifiNetwork } from '../../shared/recipe.ts';
import type { SettingsChanges } from '../../shared/settings.ts';
import { showAppearance } from '../appearance.ts';
import { watchDrivesAnew } from './drives.ts';
import { followLanguage } from './language.ts';
import { known, program, set } from './program.ts';
import { fillPassphrases } from './recipe.ts';

/** Asks for the settings, and shows the window as they say. */
export async function loadSettings(): Promise<void> {
  const [settings, trouble] = await Promise.all([
    program.call('settings', undefined),
    program.call('settingsTrouble', undefined),
  ]);
  if (trouble.ok) set({ settingsTrouble: trouble.value });
  if (!settings.ok) return;
  set({ settings: settings.value });
  showAppearance(settings.value.appearance);
  // What was worked on may have come back before it was known that its passphrases are remembered.
  void fillPassphrases();
  await followLanguage(settings.value.language).catch(() => {});
}

/** The window shows a change once it is kept, and not before. */
export async function changeSettings(changes: SettingsChanges): Promise<Outcome<null>> {
  const outcome = await program.call('changeSettings', changes);
  if (!outcome.ok) return outcome;
  const settings = outcome.value;
  set({ settings });
  if (changes.appearance !== undefined) showAppearance(settings.appearance);
  if (changes.language !== undefined) await followLanguage(settings.language).catch(() => {});
  // A watch goes by the settings of the moment it began.
  if (changes.practiceDrives !== undefined) watchDrivesAnew();
  return done(null);
}

/** Asks whether passphrases could be remembered here, for the preferences. */
export async function loadSealTrouble(): Promise<void> {
  const trouble = await program.call('sealTrouble', undefined);
  if (trouble.ok) set({ sealTrouble: trouble.value });
}

/** Has the passphrase of a network remembered, where the person wants that. Whether it could be is told in the preferences. */
export function rememberPassphrase({ ssid, passphrase }: WifiNetwork): void {
  if (!known().settings.rememberPassphrases || typeof passphrase !== 'string' || passphrase === '') return;
  void program.call('rememberPassphrase', { ssid, passphrase });
}
