/** `nixburn connect`: ssh to a machine in this terminal, with the host key that was put on its stick. */
import { homedir } from 'node:os';
import { problem } from '../../shared/problem.ts';
import { connect } from '../machine/connect.ts';
import { knownHostsFile } from '../machine/known-hosts.ts';
import { machineName } from '../machine/name.ts';
import { reachMachine } from '../machine/reach.ts';
import { addToSshConfig } from '../machine/ssh-config.ts';
import { findPlaces } from '../places.ts';
import { badInput, finished, type Command } from './command.ts';

export const command: Command = {
  options: { save: 'boolean' },
  takes: { least: 1, most: 1, what: 'the name of a machine' },
  async run({ first, flags, terminal }) {
    const at = first.lastIndexOf('@');
    const user = at < 0 ? 'root' : first.slice(0, at);
    const name = machineName(first.slice(at + 1));
    if (!name.ok) return badInput(name.problem);
    // As useradd(8) takes them; what begins with a hyphen would be an option of ssh.
    if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user)) return badInput(noUser());
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const knownHosts = knownHostsFile(places);
    if (flags.has('save')) {
      const saved = await addToSshConfig({ name: name.value, knownHosts }, homedir());
      if (!saved.ok) return saved;
      terminal.tell(`${name.value} stands in ${saved.value.file} now.`);
    }
    terminal.status(`Looking for ${name.value} …`);
    const address = await reachMachine(name.value, knownHosts, terminal.signal);
    if (!address.ok) return address;
    terminal.tell(`Connecting to ${name.value} at ${address.value.host} …`);
    const ended = await connect(address.value, user, knownHosts);
    return ended.ok ? finished() : ended;
  },
};

function noUser() {
  return problem('bad-user', 'That can not be the name of a user.', { remedy: 'Leave it out for root.' });
}
