/** Reads the name of a remote builder, so that nothing but a host can ever reach ssh's command line. */
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';

/** A Linux machine that ssh can reach. */
export interface Host {
  /** As the person wrote it. */
  name: string;
  /** What ssh is given: options and the host, never a shell's text. */
  sshArgs: string[];
}

const account = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const hostName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/;
const ipv6 = /^\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]{1,15})?\]$/;

/**
 * Understands `ssh://user@host[:port]`, `user@host[:port]` and a name from `~/.ssh/config`. Anything that begins with `-`
 * or holds other signs is refused: ssh would read it as an option, or the remote shell as a command.
 */
export function parseHost(name: string): Outcome<Host> {
  const rest = name.startsWith('ssh://') ? name.slice('ssh://'.length).replace(/\/$/, '') : name;
  const at = rest.indexOf('@');
  const user = at < 0 ? null : rest.slice(0, at);
  const place = rest.slice(at + 1);
  const colon = /:(\d{1,5})$/.exec(place);
  const host = colon ? place.slice(0, colon.index) : place;
  const port = colon ? Number(colon[1]) : null;
  const good =
    (user === null || account.test(user)) &&
    (hostName.test(host) || ipv6.test(host)) &&
    (port === null || (port > 0 && port < 65_536));
  if (!good)
    return failed(
      problem('builder-host-invalid', 'This is not the name of a builder.', {
        detail: 'A builder is user@host, with :port where needed, or a name from your ssh configuration.',
        remedy: 'Correct the name of the builder.',
        // People paste addresses with passwords in them.
        raw: name.replace(/:[^@]*@/, ':[hidden]@').slice(0, 200),
      }),
    );
  const sshArgs = port === null ? [] : ['-p', String(port)];
  if (user !== null) sshArgs.push('-l', user);
  return done({ name, sshArgs: [...sshArgs, '--', host.replace(/^\[|\]$/g, '')] });
}
