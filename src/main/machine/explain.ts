/** First aid: turns what ssh says when it can not get in into a sentence and a way out. */
import { problem, type Problem } from '../../shared/problem.ts';

/** One try that failed. */
export interface SshFailure {
  /** The machine's name. */
  name: string;
  /** What ssh was told to connect to. */
  host: string;
  /** All that it said on stderr. */
  stderr: string;
  /** Whether a host key of this machine is pinned at all. */
  isPinned: boolean;
}

/** Messages of OpenSSH (ssh.c, sshconnect.c, sshconnect2.c, clientloop.c) and of the C libraries below it. */
const causes: [RegExp, (failure: SshFailure) => Problem][] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/, keyDiffers],
  [/host key is known for .* and you have requested strict checking/, keyUnknown],
  [/Unable to negotiate with .*: no matching host key type found/, keyDiffers],
  [/Host key verification failed/, keyUnknown],
  [/Too many authentication failures/, tooManyKeys],
  // Whoever hangs up says why, in words of their own: those prove nothing.
  [/Received disconnect|Unable to negotiate/, closed],
  [/Permission denied/, denied],
  [/Could not resolve hostname/, nameNotFound],
  [/Connection refused/, refused],
  [/during banner exchange/, silent],
  [/Network is unreachable|No route to host|Host is down/, unreachable],
  [/timed out|not responding/i, timedOut],
  [/Connection (reset|closed)|closed by remote host|Broken pipe/, closed],
];

/** Says why ssh did not get in. */
export function explainSsh(failure: SshFailure): Problem {
  const { stderr, host } = failure;
  const explain = causes.find(([pattern]) => pattern.test(stderr))?.[1];
  const found =
    explain?.(failure) ??
    problem('ssh-failed', `ssh could not reach ${host}.`, {
      remedy: 'Read the technical details, then try again.',
    });
  return { ...found, raw: stderr.trim().slice(-4000) };
}

/** Nothing answers at all: `seconds` were spent looking. */
export function notFound(name: string, tried: string[], raw = ''): Problem {
  return problem('machine-not-found', `${name} was not found on this network.`, {
    detail: tried.join(' '),
    remedy:
      'Check that the machine has started from the stick and that both are in the same network, then look again; starting takes a minute or two.',
    raw,
  });
}

function refused({ name, host }: SshFailure): Problem {
  return problem('ssh-refused', `${name} is there, but nothing answers SSH.`, {
    detail: `${host} refused the connection: it is still starting, or it is another computer with this address.`,
    remedy: 'Wait a minute and try again; if it stays like this, look at the screen of the machine.',
  });
}

function denied({ name }: SshFailure): Problem {
  return problem('ssh-denied', `${name} is the right machine, and does not know your key.`, {
    detail:
      'Its host key is the one that was put on the stick; none of your keys is among those that may log in.',
    remedy:
      'Load the private half of a key of the recipe (ssh-add), or add your key with nixburn personalise and start the machine again.',
  });
}

function tooManyKeys({ name }: SshFailure): Problem {
  return problem('ssh-denied', `${name} gave up before the right key was tried.`, {
    detail: 'ssh offers every key of your agent in turn, and the machine takes six tries.',
    remedy: 'Name the key in ~/.ssh/config (IdentityFile, with IdentitiesOnly yes), then try again.',
  });
}

function timedOut({ name, host }: SshFailure): Problem {
  return problem('ssh-timed-out', `${name} does not answer.`, {
    detail: `No answer came from ${host}: the machine is off or still starting, it has another address now, or a firewall is between.`,
    remedy: 'Look for it again with nixburn find; check the cable or the WiFi of the machine.',
  });
}

function silent({ name, host }: SshFailure): Problem {
  return problem('ssh-timed-out', `${name} accepts connections and says nothing.`, {
    detail: `${host} took the connection and did not greet: it is very busy, or it is no SSH server.`,
    remedy: 'Wait a minute and try again.',
  });
}

function keyDiffers({ name, host }: SshFailure): Problem {
  return problem('ssh-host-key-differs', `What answers at ${host} is not ${name}.`, {
    detail:
      'It shows another host key than the one that was put on the stick. It is another computer, one that was started from another stick, or somebody who wants to be taken for it.',
    remedy:
      'Do not log in. If you have installed NixOS on it since, it has a key of its own: compare that on its screen first.',
  });
}

function keyUnknown(failure: SshFailure): Problem {
  const { name, isPinned } = failure;
  if (isPinned) return keyDiffers(failure);
  return problem('ssh-host-key-unknown', `Nobody here knows the host key of ${name}.`, {
    detail:
      'Its stick was not filled on this computer, or without a host key, so that whoever answers could be anybody.',
    remedy:
      'Fill the stick here with nixburn personalise, or compare the fingerprint on the machine’s screen and use ssh yourself.',
  });
}

function nameNotFound({ name, host }: SshFailure): Problem {
  return problem('ssh-name-not-found', `This computer does not know where ${host} is.`, {
    detail:
      'The machine is not in this network, has not started yet, or this computer does not look up .local names.',
    remedy: `Look for it with nixburn find --name ${name}, or use the address on its screen.`,
  });
}

function unreachable({ name, host }: SshFailure): Problem {
  return problem('ssh-unreachable', `There is no way from here to ${name}.`, {
    detail: `The network has no route to ${host}: this computer and the machine are in different networks, or it is off.`,
    remedy: 'Connect both to the same network, then look for it again with nixburn find.',
  });
}

function closed({ name, host }: SshFailure): Problem {
  return problem('ssh-closed', `${name} ended the connection.`, {
    detail: `${host} closed it before anybody could log in: it is still starting, restarting, or has had too many tries.`,
    remedy: 'Wait a minute and try again.',
  });
}
