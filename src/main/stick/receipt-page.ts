/** A receipt as a page that any browser shows and any printer prints, with nothing in it that is fetched or run. */
import type { Receipt } from '../../shared/contract.ts';
import { formatBytes, formatDuration, formatRate } from '../../shared/units.ts';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}' +
  'h1{font-size:1.5rem}th{text-align:left;font-weight:600;padding-right:1.5rem;vertical-align:top;white-space:nowrap}' +
  'td{overflow-wrap:anywhere}code{font-family:ui-monospace,monospace;font-size:.9em}';

/** The page, as HTML. */
export function receiptPage(receipt: Receipt): string {
  const { image, drive, action } = receipt;
  const title = action === 'write' ? 'Written and read back' : 'Read back and the same';
  const rows: [string, string][] = [
    ['Image', `${image.fileName}, ${exactly(image.bytes)}`],
    ['Volume label', image.volumeId],
    ['Recipe', image.name ?? 'not known'],
    ['SHA-256', image.sha256],
    ['Drive', [drive.vendor, drive.model].filter(Boolean).join(' ') || 'unnamed'],
    ['Serial number', drive.serial || 'none'],
    ['Place', `${drive.path}, ${[drive.bus, exactly(drive.bytes)].filter(Boolean).join(', ')}`],
    ['Begun', receipt.startedAt],
    ['Finished', receipt.finishedAt],
  ];
  if (action === 'write') {
    rows.push(['Written', did(receipt.bytesWritten, receipt.writeMillis, receipt.writeRate)]);
    if (receipt.bytesKept > 0) rows.push(['Already there', exactly(receipt.bytesKept)]);
    rows.push(['Written again', receipt.repairs === 0 ? 'nothing' : `${receipt.repairs} places`]);
  }
  rows.push(
    ['Read back', did(receipt.bytesVerified, receipt.verifyMillis, receipt.verifyRate)],
    ['Nixburn', receipt.version],
  );
  if (receipt.slot) {
    rows.push(
      ['Made for', `${receipt.slot.name}, on ${receipt.slot.filledAt}`],
      ['Host key', receipt.slot.hostKey],
      ['In its slot', receipt.slot.entries.join(', ')],
    );
  } else if (action === 'write') {
    rows.push(['In its slot', 'nothing: it holds the image alone']);
  }
  const table = rows.map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escape(image.fileName)}: ${title.toLowerCase()}</title><style>${style}</style></head>`,
    `<body><h1>${title}</h1><table>`,
    ...table,
    '</table></body></html>',
    '',
  ].join('\n');
}

function did(bytes: number, millis: number, rate: number | null): string {
  const speed = rate === null ? '' : `, ${formatRate(rate)}`;
  return `${exactly(bytes)} in ${formatDuration(millis)}${speed}`;
}

function exactly(bytes: number): string {
  return `${formatBytes(bytes)} (${bytes} bytes)`;
}

/** Names come from devices and files. */
function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
