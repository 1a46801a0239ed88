/** What `write`, `verify` and `personalise` say of a stick that is done. */
import type { Receipt, StickSlot } from '../../shared/contract.ts';
import { shellLine } from '../../shared/shell-line.ts';
import { formatBytes, formatDuration } from '../../shared/units.ts';

/** What was proved. */
export function receiptText(target: string, receipt: Receipt): string {
  const { image, bytesVerified, writeMillis, verifyMillis, repairs, action, slot } = receipt;
  const took = formatDuration(writeMillis + verifyMillis);
  const did = action === 'write' ? 'written and read back' : 'read back';
  const repaired = repairs > 0 ? `, ${repairs} places written again` : '';
  const aside = slot || action === 'verify' ? slotText(slot) : `\n${imageAloneText(target)}`;
  return `${target}: ${image.fileName} ${did}, ${formatBytes(bytesVerified)} in ${took}${repaired}\nSHA-256 ${image.sha256}${aside}`;
}

/** Whoever expects the stick to join a WiFi has to know that it was told of none. */
function imageAloneText(target: string): string {
  const command = shellLine(['nixburn', 'personalise', target, '--with', 'RECIPE.json']);
  return `It holds the image alone. To give it a name, a host key and WiFi: ${command}`;
}

/** For whom the stick was filled, and how to reach that machine. */
export function slotText(slot: StickSlot | undefined): string {
  if (!slot) return '';
  return `\nMade for ${slot.name}, host key ${slot.hostKey}\nOnce it has started: nixburn connect ${slot.name}`;
}
