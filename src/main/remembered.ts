/** Remembers WiFi passphrases for a person who wants that, sealed with a key that the system guards. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { done, failed, problem, type Outcome } from '../shared/problem.ts';
import { readKept, writeKept } from './kept-file.ts';
import type { SecretBox } from './services/part.ts';
import { turns } from './turns.ts';

/** Sealed bytes in base64, by the name of the network. */
const sealedFile = z.object({ sealed: z.record(z.string(), z.base64()).catch({}) });

const fileIn = (folder: string) => path.join(folder, 'passphrases.json');

/** A person knows some dozen networks; the oldest go first. */
const most = 100;

const inTurn = turns();

/**
 * @param isWanted asked once it is sealed: the system may ask the person for a password first, who may want it no more by then.
 * @returns `passphrase-not-kept` where the system can not keep it.
 */
export async function rememberPassphrase(
  folder: string,
  seals: SecretBox,
  { ssid, passphrase }: { ssid: string; passphrase: string },
  isWanted: () => Promise<boolean>,
): Promise<Outcome<null>> {
  const trouble = await seals.trouble();
  if (trouble !== null) return failed(trouble);
  try {
    const sealed = Buffer.from(await seals.seal(passphrase)).toString('base64');
    await inTurn(async () => {
      if (!(await isWanted())) return;
      const { [ssid]: _before, ...others } = (await readKept(fileIn(folder), sealedFile)).sealed;
      const kept = Object.fromEntries([...Object.entries(others), [ssid, sealed]].slice(-most));
      await writeKept(fileIn(folder), { sealed: kept }, sealedFile);
    });
    return done(null);
  } catch (error) {
    return failed(
      problem('passphrase-not-kept', 'The passphrase could not be remembered.', {
        detail: 'It is in the recipe of this window all the same.',
        raw: error instanceof Error ? error.message : '',
      }),
    );
  }
}

/** Those that can still be opened; one that the system no longer has the key for is as good as none. */
export async function rememberedPassphrases(
  folder: string,
  seals: SecretBox,
  ssids: readonly string[],
): Promise<Record<string, string>> {
  if ((await seals.trouble()) !== null) return {};
  const { sealed } = await readKept(fileIn(folder), sealedFile);
  const found: [string, string][] = [];
  for (const ssid of new Set(ssids)) {
    const text = Object.hasOwn(sealed, ssid) ? sealed[ssid] : undefined;
    if (text === undefined) continue;
    const opened = await seals.open(Buffer.from(text, 'base64')).catch(() => null);
    if (opened !== null) found.push([ssid, opened]);
  }
  return Object.fromEntries(found);
}

export function forgetPassphrases(folder: string): Promise<void> {
  return inTurn(() => rm(fileIn(folder), { force: true }));
}
