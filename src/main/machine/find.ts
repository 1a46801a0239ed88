/** Finds the machines that were started from sticks: asks by multicast DNS, sweeps where asked to, and believes only keys. */
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, done, failed, type Outcome } from '../../shared/problem.ts';
import type { FindEvent, Machine } from '../../shared/reaching.ts';
import { Channel } from '../channel.ts';
import { Candidate } from './candidate.ts';
import { notFound } from './explain.ts';
import { allPinned } from './known-hosts.ts';
import { askMdns } from './mdns.ts';
import { neighbours } from './neighbours.ts';
import { ownAddresses, sweeps } from './networks.ts';
import { Sightings } from './sightings.ts';
import { claimedKeys } from './ssh.ts';
import { sweep } from './sweep.ts';

export interface FindInput {
  /** Who is looked for; null: every machine whose host key is known here, and whoever says that Nixburn made it. */
  name: string | null;
  /** Whether to try the addresses of this computer's own networks as well, and whoever is on its links over IPv6. */
  sweep: boolean;
  /** ms to look for; null: until it is found, or for ever. A sweep is finished in any case. */
  millis: number | null;
  /** Whether to go on once the machine is found, since its address may change. */
  follow: boolean;
  /** Path of the known hosts. */
  knownHosts: string;
}

const sshPort = 22;
/** ms. Whoever announces itself is heard before that, and need not be looked for. */
const beforeSweep = 2000;
/** Addresses: with a hundred tries a second that is ten times a second. */
const tellEvery = 10;
/** ms. */
const lastChance = 10_000;

/**
 * Looks for machines until they are found, the time is over, or `signal` aborts.
 *
 * @returns the machines, proven or not; with a name, `machine-not-found` where there was none, or why what answers is not
 *   it (`ssh-…`).
 */
export async function* findMachines(
  input: FindInput,
  signal: AbortSignal,
): AsyncGenerator<FindEvent, Outcome<Machine[]>, void> {
  const { knownHosts, millis, follow } = input;
  const pinned = await allPinned(knownHosts);
  const names = input.name === null ? pinned.map(({ name }) => name) : [input.name.toLowerCase()];
  const wanted = [...new Set(names)];
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const events = new Channel<FindEvent>();
  const candidates = new Map<string, Candidate>();
  const tried: string[] = [];
  const note = (text: string) => events.put({ kind: 'note', text });

  function sight(
    name: string,
    sighting: { addresses: string[]; port: number; buildId: string | null; how: Machine['how'] },
  ) {
    let candidate = candidates.get(name);
    if (!candidate) {
      candidate = new Candidate(name, knownHosts, within, (machine) => {
        events.put({ kind: 'machine', machine });
        if (input.name !== null && machine.hostKey === 'proven' && !follow) stop.abort();
      });
      candidates.set(name, candidate);
    }
    candidate.sight(sighting);
  }

  async function listen(): Promise<void> {
    const own = ownAddresses(networkInterfaces(), process.platform);
    const through = [...new Set(own.map(({ via }) => via))].join(', ');
    const whom =
      wanted.length === 0 ? 'machines that Nixburn made' : wanted.map((name) => `${name}.local`).join(', ');
    if (own.length === 0) tried.push('This computer is in no network.');
    else tried.push(`Multicast DNS was asked for ${whom} through ${through}.`);
    note(own.length === 0 ? 'This computer is in no network.' : `Asking for ${whom} through ${through} …`);
    const sightings = new Sightings(wanted, input.name !== null);
    for await (const heard of askMdns(() => sightings.questions(), within)) {
      for (const { name, ...sighting } of sightings.hear(heard)) sight(name, { ...sighting, how: 'mdns' });
    }
  }

  /** Where each machine was met by trying, the first before the others. */
  const met = new Map<string, string[]>();

  /** Tries these addresses, and asks those where somebody answers for their keys. */
  async function tryAll(addresses: string[]): Promise<void> {
    const open: string[] = [];
    const total = addresses.length;
    await sweep(
      addresses,
      sshPort,
      {
        onOpen: (address) => open.push(address),
        onTried: (count) => {
          if (count % tellEvery === 0 || count === total)
            events.put({ kind: 'progress', tried: count, total });
        },
      },
      within,
    );
    for (const [address, key] of await claimedKeys(open, sshPort, within)) {
      for (const name of wanted.filter((one) => pinned.some((pin) => pin.name === one && pin.key === key))) {
        met.set(name, [...(met.get(name) ?? []), address]);
        sight(name, { addresses: met.get(name) ?? [], port: sshPort, buildId: null, how: 'sweep' });
      }
    }
  }

  async function trySweep(): Promise<void> {
    await sleep(beforeSweep, undefined, { signal: within });
    const own = ownAddresses(networkInterfaces(), process.platform);
    const networks = sweeps(own);
    const links = own.filter(({ family }) => family === 'IPv6');
    if (networks.length === 0) {
      note('There is no IPv4 network here whose addresses could be tried.');
      tried.push('There was no IPv4 network whose addresses could be tried.');
    }
    for (const { via, network, addresses, partOf } of networks) {
      const size = addresses.length === 1 ? '1 address' : `${addresses.length} addresses`;
      note(
        `Trying port ${sshPort} of ${size} in ${network} through ${via}${partOf === null ? '' : ` (all of it, a /${partOf}, would be too many)`} …`,
      );
      tried.push(
        `Port ${sshPort} of ${size} in ${network} was tried${partOf === null ? '' : ` (all of it, a /${partOf}, would be too many)`}.`,
      );
      await tryAll(addresses);
    }
    // Last, because an address with a zone is of less use: other computers have other names for the same link.
    for (const link of links) {
      if (within.aborted) return;
      note(`Asking who is there over IPv6 through ${link.via} …`);
      const addresses = await neighbours(link, within);
      const size = addresses.length === 1 ? '1 computer' : `${addresses.length} computers`;
      if (addresses.length === 0) {
        tried.push(`Nobody answered over IPv6 through ${link.via}.`);
        continue;
      }
      note(`Trying port ${sshPort} of ${size} with IPv6 through ${link.via} …`);
      tried.push(`Port ${sshPort} of ${size} with IPv6 was tried through ${link.via}.`);
      await tryAll(addresses);
    }
  }

  async function limit(time: number, sweeping: Promise<void>): Promise<void> {
    await Promise.allSettled([sleep(time, undefined, { signal: within }), sweeping]);
    // Whoever was met at the last moment is still asked who it is.
    const settled = Promise.all([...candidates.values()].map((candidate) => candidate.settled()));
    await Promise.race([settled, sleep(lastChance, undefined, { signal: within })]);
    stop.abort();
  }

  const sweeping = input.sweep ? trySweep() : Promise.resolve();
  const work = Promise.allSettled([
    listen(),
    ...(millis === null ? [sweeping] : [limit(millis, sweeping)]),
  ]).then(() => Promise.all([...candidates.values()].map((candidate) => candidate.ended())));
  // Whatever ends it, what is still running is let end before this does.
  void work.finally(() => events.end()).catch(() => undefined);
  try {
    yield* events;
    await work;
  } finally {
    stop.abort();
    await work.catch(() => undefined);
  }

  const machines = [...candidates.values()].flatMap(({ machine }) => machine ?? []);
  if (input.name === null)
    return signal.aborted && machines.length === 0 ? failed(cancelled) : done(machines);
  const found = machines.find(({ hostKey }) => hostKey === 'proven') ?? machines[0];
  if (found?.hostKey === 'proven') return done([found]);
  if (signal.aborted) return failed(cancelled);
  return failed(found?.problem ?? notFound(input.name, tried));
}
