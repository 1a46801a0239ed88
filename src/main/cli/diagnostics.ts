/** `nixburn diagnostics`: what to send along with a report, without anything personal. */
import { homedir } from 'node:os';
import { gatherDiagnostics } from '../diagnostics.ts';
import { findPlaces } from '../places.ts';
import { finished, type Command } from './command.ts';

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 0, most: 0, what: '' },
  async run({ terminal, json }) {
    const home = homedir();
    const places = findPlaces({ platform: process.platform, env: process.env, home });
    terminal.status('Looking around …');
    const { text } = await gatherDiagnostics({ places, host: 'command line', home }, new Date());
    // Printed, not saved: whoever sends it on has seen it.
    if (!json) terminal.print(text);
    return finished({ text });
  },
};
