/** The part of the services that has to do with the desktop around the window, and says honestly where there is none. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { z } from 'zod';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import type { Licence } from '../../shared/desktop.ts';
import { gatherDiagnostics } from '../diagnostics.ts';
import { programs } from '../programs.ts';
import { forgetPassphrases, rememberPassphrase, rememberedPassphrases } from '../remembered.ts';
import { changeSettings, readSettings } from '../settings.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

const licenceList = z.array(
  z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }),
);

export function desktopServices({ places, host, desktop }: Surroundings): {
  calls: Pick<
    Calls,
    | 'licences'
    | 'diagnostics'
    | 'sealTrouble'
    | 'rememberPassphrase'
    | 'rememberedPassphrases'
    | 'changeSettings'
  >;
  jobs: Pick<Jobs, 'followDesktop'>;
} {
  const seals = desktop?.seals ?? null;
  const remembers = async () => (await readSettings(places.config)).rememberPassphrases;
  return {
    calls: {
      licences: () => readLicences(programs.licences),
      diagnostics: () => gatherDiagnostics({ places, host, home: homedir() }, new Date()),
      sealTrouble: () => seals?.trouble() ?? noDesktop,
      async rememberPassphrase(given) {
        if (seals === null) return failed(noDesktop);
        return (await remembers()) ? rememberPassphrase(places.config, seals, given, remembers) : done(null);
      },
      async rememberedPassphrases({ ssids }) {
        return seals !== null && (await remembers())
          ? rememberedPassphrases(places.config, seals, ssids)
          : {};
      },
      async changeSettings(changes) {
        const settings = await changeSettings(places.config, changes);
        // Whoever wants nothing remembered any more wants gone what is.
        if (!settings.rememberPassphrases) await forgetPassphrases(places.config);
        desktop?.settingsChanged(settings);
        return settings;
      },
    },
    jobs: {
      async *followDesktop(nothing, signal) {
        if (desktop !== null) return yield* desktop.follow(nothing, signal);
        if (!signal.aborted) await once(signal, 'abort');
        return done(null);
      },
    },
  };
}

async function readLicences(file: string): Promise<Outcome<Licence[]>> {
  try {
    return done(licenceList.parse(JSON.parse(await readFile(file, 'utf8'))));
  } catch {
    return failed(
      problem('licences-missing', 'The list of licences is not part of this build.', {
        remedy: 'Packages of Nixburn have it; in the source tree `npm run dist` makes it.',
      }),
    );
  }
}

const noDesktop = problem('no-keyring', 'In a browser, passphrases can not be remembered.', {
  detail: 'Only the desktop app reaches the keyring of the system, and Nixburn keeps no secret without it.',
});
