/** A WiFi network as some other program keeps it, in the words of a recipe: what all the readers of this folder give. */
import type { WifiNetwork } from '../../shared/recipe.ts';

export interface WifiProfile {
  ssid: string;
  security: WifiNetwork['security'];
  hidden: boolean;
  priority: number;
  /** Undefined where the program does not say, or does not know it itself. */
  passphrase?: string;
}

/** A key of 64 hex digits only opens WPA2; a passphrase may open WPA3 as well (IEEE 802.11-2020, annex J.4.1). */
export function securityFor(passphrase: string | undefined): 'wpa2' | 'wpa2-wpa3' {
  return passphrase !== undefined && /^[0-9A-Fa-f]{64}$/.test(passphrase) ? 'wpa2' : 'wpa2-wpa3';
}

/** Within the bounds of a recipe. */
export function boundedPriority(text: string | undefined): number {
  const number = Number.parseInt(text ?? '0', 10);
  return Number.isNaN(number) ? 0 : Math.min(499, Math.max(-499, number));
}

/** Bytes as text; null where they are not UTF-8: a recipe holds names as text. */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
