/** `nixburn serve`: shows the window in a browser of this computer until it is stopped. */
import { once } from 'node:events';
import { homedir } from 'node:os';
import { failed, problem } from '../../shared/problem.ts';
import { openBrowser } from '../browser.ts';
import { observed } from '../observed.ts';
import { findPlaces } from '../places.ts';
import { openProgramLog } from '../program-log.ts';
import { programs } from '../programs.ts';
import { createServices } from '../services.ts';
import { version } from '../version.ts';
import { openWebHost, type WebHost } from '../web-host.ts';
import { usageProblem } from './arguments.ts';
import { finished, type Command } from './command.ts';
import { nixpkgsReference } from '../nixpkgs-reference.ts';

export const command: Command = {
  options: { port: 'string', open: 'boolean', nixpkgs: 'string' },
  takes: { least: 0, most: 0, what: '' },
  async run({ flags, value, terminal }) {
    const port = value('port') ?? '0';
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
      return failed(usageProblem(`${port} is no port: name a number from 0 to 65535.`, 'serve'));
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const log = await openProgramLog(places.logs);
    log.say('start', { version, host: 'web', platform: process.platform });
    const services = createServices({ places, host: 'web', nixpkgs: nixpkgsReference(value('nixpkgs')) });
    let host: WebHost;
    try {
      host = await openWebHost(observed(services, [log]), programs.renderer, Number(port));
    } catch (error) {
      return failed(
        problem('port-not-free', `Port ${port} can not be used.`, {
          remedy: 'Name another one, or leave --port out.',
          raw: error instanceof Error ? error.message : '',
        }),
      );
    }
    terminal.print(host.url);
    if (flags.has('open'))
      openBrowser(host.url, () =>
        terminal.tell('No browser could be opened here: open the address above in one.'),
      );
    const end = AbortSignal.any([terminal.signal, host.forgotten]);
    if (!end.aborted) await once(end, 'abort');
    if (host.forgotten.aborted) terminal.tell('No window was open for an hour: stopped.');
    await host.close();
    log.say('end');
    return finished();
  },
};
