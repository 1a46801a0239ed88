/** `nixburn drives`: what is plugged in, whether it may be written, and why not. */
import type { Drive } from '../../shared/contract.ts';
import { formatBytes } from '../../shared/units.ts';
import { listDrives } from '../drives/list.ts';
import { watchDrives } from '../drives/watch.ts';
import { finished, type Command } from './command.ts';

export const command: Command = {
  options: { json: 'boolean', watch: 'boolean' },
  takes: { least: 0, most: 0, what: '' },
  async run({ flags, terminal, json, event }) {
    const show = (drives: Drive[]) => {
      event({ kind: 'drives', drives });
      if (!json) for (const line of table(drives)) terminal.print(line);
    };
    if (!flags.has('watch')) {
      const drives = await listDrives({ loops: true });
      if (!drives.ok) return drives;
      show(drives.value);
      return finished();
    }
    const watching = watchDrives({ loops: true }, terminal.signal);
    for (;;) {
      const next = await watching.next();
      if (!next.done) {
        show(next.value.drives);
        if (!json) terminal.print('');
        // There is no other end to watching than to be stopped: that is success.
      } else return next.value.ok ? finished() : next.value;
    }
  },
};

/** One drive a line, its reasons below it; columns as wide as what stands in them. */
export function table(drives: Drive[]): string[] {
  if (drives.length === 0) return ['No drive is plugged in.'];
  const rows = drives.map((drive) => ({
    cells: [
      drive.path,
      formatBytes(drive.bytes),
      drive.bus,
      drive.refusals.length === 0 ? 'writable' : 'locked',
    ],
    name: [drive.vendor, drive.model, drive.serial && `(${drive.serial})`].filter(Boolean).join(' '),
    reasons: drive.refusals.map(({ title, detail }) => `    ${[title, detail].filter(Boolean).join(' ')}`),
  }));
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  return rows.flatMap(({ cells, name, reasons }) => [
    `${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}  ${name}`.trimEnd(),
    ...reasons,
  ]);
}
