/** The person's own settings of Nixburn: what there is to choose, and what holds as long as nobody has chosen. */
import { z } from 'zod';

/** An address to get lists of packages from: https, without a password in it. */
const mirror = z
  .string()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return protocol === 'https:' && username === '' && password === '';
  });

export const settingsShape = z.strictObject({
  /** Offer a practice stick (an ordinary file) among the drives. */
  practiceDrives: z.boolean(),
  appearance: z.enum(['system', 'light', 'dark']),
  /** A language tag (BCP 47), or `system`. One that the window does not have is as good as `system`. */
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z0-9-]+$/),
  /** Tell the desktop when a long job has ended and the window is not in front. */
  notifications: z.boolean(),
  /** Where lists of packages come from; null for NixOS' own server. */
  channels: mirror.nullable(),
  /** Keep WiFi passphrases on this computer, sealed by the system's own keyring. */
  rememberPassphrases: z.boolean(),
});
export type Settings = z.infer<typeof settingsShape>;

export const defaultSettings: Settings = {
  practiceDrives: false,
  appearance: 'system',
  language: 'system',
  notifications: true,
  channels: null,
  rememberPassphrases: false,
};

/** Some of the settings: what is left out stays as it is. */
export const settingsChanges = settingsShape.partial();
export type SettingsChanges = z.infer<typeof settingsChanges>;

export function changedSettings(settings: Settings, changes: SettingsChanges): Settings {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return settingsShape.parse({ ...settings, ...Object.fromEntries(given) });
}
