/**
 * Asks the local networks by multicast DNS (RFC 6762), over IPv4 and IPv6, through every interface, and hands on what is
 * answered. It needs no daemon, no rights, and no port of its own.
 */
import dgram from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { Channel } from '../channel.ts';
import { decodeResponse, encodeQuery, type DnsRecord, type Question } from './mdns-message.ts';
import { isIn, isLinkLocal, ownAddresses, type OwnAddress } from './networks.ts';

/** What one computer said. */
export interface Heard {
  records: DnsRecord[];
  /** The address of this computer through which it came. */
  own: OwnAddress;
}

const port = 5353;
const groups = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const;

/**
 * ms between questions: soon at first, since a question can get lost, then less and less (RFC 6762 section 5.2). Not
 * rarer than every ten seconds: a machine that is awaited may not be heard when it announces itself.
 */
const pauses = [250, 1000, 2000, 4000, 8000];
const longestPause = 10_000;

/** Of some thirty bytes each; a packet should stay below the 1,500 of Ethernet (RFC 6762 section 17). */
const mostInPacket = 30;

/** Whoever floods the network must not fill this computer's memory. */
const mostWaiting = 1000;

/**
 * Asks until `signal` aborts; then it ends. Yields what is answered, and what is announced without having been asked.
 *
 * Questions go out from a port of their own, so that the answer comes back to it alone; and, where the system lets
 * several programs have it, from port 5353, for firewalls that only let that through.
 *
 * @param questions is called each time, so that questions can change
 */
export async function* askMdns(
  questions: () => Question[],
  signal: AbortSignal,
): AsyncGenerator<Heard, void, void> {
  const heard = new Channel<Heard>(mostWaiting);
  const links = new Links((message, own) => {
    const records = decodeResponse(message);
    if (records && records.length > 0) heard.put({ records, own });
  });
  let timer: NodeJS.Timeout | undefined;
  const ask = (round: number) => {
    links.send(packets(questions()));
    timer = setTimeout(() => ask(round + 1), pauses[round] ?? longestPause);
  };
  const stop = () => heard.end();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return;
    ask(0);
    yield* heard;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
    links.close();
  }
}

function packets(questions: Question[]): Uint8Array[] {
  const count = Math.ceil(questions.length / mostInPacket);
  return Array.from({ length: count }, (_, at) =>
    encodeQuery(questions.slice(at * mostInPacket, (at + 1) * mostInPacket)),
  );
}

type Hear = (message: Buffer, own: OwnAddress) => void;

/** The sockets for one address of this computer. */
interface Link {
  own: OwnAddress;
  /** With a port of its own. */
  alone: dgram.Socket;
  /** At port 5353, together with whatever is there already. */
  shared: dgram.Socket;
}

class Links {
  readonly #hear: Hear;
  readonly #links = new Map<string, Link>();
  /** What was sent last: a socket that is ready only after that sends it then. */
  #messages: Uint8Array[] = [];

  constructor(hear: Hear) {
    this.#hear = hear;
  }

  /** Sends through every interface that there is now: a cable may have been plugged in since. */
  send(messages: Uint8Array[]): void {
    this.#messages = messages;
    const own = ownAddresses(networkInterfaces(), process.platform);
    const keys = new Set(own.map(keyOf));
    for (const [key, link] of this.#links) {
      if (keys.has(key)) continue;
      this.#links.delete(key);
      closeQuietly(link.alone);
      closeQuietly(link.shared);
    }
    for (const { own: known, alone, shared } of this.#links.values()) {
      this.#sendFrom(alone, known);
      if (canSendShared) this.#sendFrom(shared, known);
    }
    for (const one of own) if (!this.#links.has(keyOf(one))) this.#links.set(keyOf(one), this.#open(one));
  }

  close(): void {
    for (const { alone, shared } of this.#links.values()) {
      closeQuietly(alone);
      closeQuietly(shared);
    }
    this.#links.clear();
  }

  #open(own: OwnAddress): Link {
    const { family, address, zone } = own;
    const type = family === 'IPv4' ? 'udp4' : 'udp6';
    const alone = dgram.createSocket(type);
    const shared = dgram.createSocket({ type, reuseAddr: true, ipv6Only: family === 'IPv6' });
    for (const socket of [alone, shared]) {
      socket.on('error', () => closeQuietly(socket));
      socket.on('message', (message, { address: from }) => {
        if (isFromHere(from, own)) this.#hear(message, own);
      });
    }
    alone.bind({ address: family === 'IPv4' ? address : `${address}%${zone}`, port: 0 }, () =>
      this.#sendFrom(alone, own),
    );
    // Bound to the group, it takes nothing away that was sent to another program at the same port. Windows can not.
    const group = process.platform === 'win32' ? {} : { address: groupOf(own) };
    shared.bind({ port, ...group, exclusive: true }, () => {
      try {
        const through = family === 'IPv4' ? address : `::%${zone}`;
        shared.addMembership(groups[family], through);
        shared.setMulticastInterface(through);
        if (canSendShared) this.#sendFrom(shared, own);
      } catch {
        // No multicast here: the other socket still asks.
        closeQuietly(shared);
      }
    });
    return { own, alone, shared };
  }

  #sendFrom(socket: dgram.Socket, own: OwnAddress): void {
    try {
      socket.setMulticastTTL(255);
      for (const message of this.#messages) socket.send(message, port, groupOf(own), ignore);
    } catch {
      // Not ready yet, or closed: the next question comes soon.
    }
  }
}

/** On BSD systems what is sent from a socket that is bound to the group would claim to come from the group. */
const canSendShared = ['linux', 'win32'].includes(process.platform);

/** Answers come from the same link (RFC 6762 section 11). */
function isFromHere(from: string, own: OwnAddress): boolean {
  if (own.family === 'IPv4') return isIn(from, own);
  const [address = '', zone] = from.split('%');
  return isLinkLocal(address) && zone === own.zone;
}

function groupOf({ family, zone }: OwnAddress): string {
  return family === 'IPv4' ? groups.IPv4 : `${groups.IPv6}%${zone}`;
}

function keyOf({ family, address, zone }: OwnAddress): string {
  return `${family} ${address} ${zone}`;
}

function closeQuietly(socket: dgram.Socket): void {
  try {
    socket.close();
  } catch {
    // It is closed already.
  }
}

/** A network that does not take a packet now may take the next one. */
function ignore(): void {}
