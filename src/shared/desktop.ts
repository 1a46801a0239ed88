/** The part of the contract that has to do with the desktop around the window: menus, files that are opened, what Nixburn says of itself. */
import { z } from 'zod';
import type { Image } from './contract.ts';
import type { Outcome, Problem } from './problem.ts';
import { shape } from './shape.ts';

/** The seven screens in their order. */
export const stationNames = ['keys', 'packages', 'network', 'system', 'build', 'drive', 'boot'] as const;

/** What the desktop asks of the window. */
export type DesktopEvent =
  | { kind: 'go'; station: (typeof stationNames)[number] }
  /** Something was chosen from the menu. */
  | {
      kind: 'command';
      command:
        | 'new-recipe'
        | 'save-recipe'
        | 'recipes'
        | 'undo'
        | 'redo'
        | 'flake'
        | 'preferences'
        | 'about'
        | 'diagnostics'
        | 'guide';
    }
  /** A file was opened with Nixburn; its text is still to be looked at. */
  | { kind: 'recipe'; fileName: string; text: string }
  /** An image of the person's own is being read, which takes a while: 0…1. */
  | { kind: 'reading'; fileName: string; fraction: number }
  | { kind: 'image'; image: Image }
  /** A file that was opened can not be used. */
  | { kind: 'trouble'; problem: Problem };

/** One package whose code is part of Nixburn. */
export interface Licence {
  name: string;
  version: string;
  /** SPDX expression, or what the package says. */
  licence: string;
  text: string;
}

/** What to send along with a report, without anything personal. */
export interface Diagnostics {
  fileName: string;
  text: string;
}

/** Whether the system can keep a secret for Nixburn; null: it can. */
type SealTrouble = Problem | null;

const ssid = z.string().min(1).max(100);

export const desktop = {
  calls: {
    /** What Nixburn is made of; a problem where it was built without the list. */
    licences: { input: z.undefined(), output: shape<Outcome<Licence[]>>() },
    /** Gathered now; nothing is sent or kept. */
    diagnostics: { input: z.undefined(), output: shape<Diagnostics>() },
    /** Why WiFi passphrases can not be remembered on this computer; null: they can. */
    sealTrouble: { input: z.undefined(), output: shape<SealTrouble>() },
    /** Keeps one, sealed. Does nothing unless the settings say so. */
    rememberPassphrase: {
      input: z.strictObject({ ssid, passphrase: z.string().min(1).max(1000) }),
      output: shape<Outcome<null>>(),
    },
    /** Those that are remembered, by the name of the network. Empty unless the settings say so. */
    rememberedPassphrases: {
      input: z.strictObject({ ssids: z.array(ssid).max(200) }),
      output: shape<Record<string, string>>(),
    },
  },
  jobs: {
    /** Goes on as long as the window is open. In a browser there is no desktop to tell anything. */
    followDesktop: { input: z.undefined(), event: shape<DesktopEvent>(), output: shape<null>() },
  },
} as const;
