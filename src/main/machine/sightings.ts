/** Remembers what was said by multicast DNS, and puts together from it where each machine is. Pure. */
import type { DnsRecord, Question } from './mdns-message.ts';
import { isLinkLocal, type OwnAddress } from './networks.ts';

/** Where a machine says that it is. */
export interface Sighting {
  name: string;
  /** The best first. */
  addresses: string[];
  port: number;
  buildId: string | null;
}

interface Service {
  target: string | null;
  port: number;
  buildId: string | null;
}

const service = '_ssh._tcp.local';
const sshPort = 22;
/** A second machine of the same name calls itself NAME-2 (RFC 6762 section 9), and its key says whether it is meant. */
const mostOfOneName = 3;
/** Whoever invents computers without end is not listened to without end. */
const mostHosts = 500;

export class Sightings {
  readonly #wanted: string[];
  readonly #isOnlyWanted: boolean;
  /** By host name, then by where it was heard and its kind: a new answer takes the place of the last one there. */
  readonly #hosts = new Map<string, Map<string, string[]>>();
  readonly #services = new Map<string, Service>();

  /**
   * @param wanted names in lower case, without `.local`
   * @param isOnlyWanted whether others that say that Nixburn made them are left out
   */
  constructor(wanted: readonly string[], isOnlyWanted: boolean) {
    this.#wanted = [...wanted];
    this.#isOnlyWanted = isOnlyWanted;
  }

  /** What to ask now: where the wanted are, who offers SSH, and what is still missing of what those have said. */
  questions(): Question[] {
    const hosts = new Set(this.#wanted.map((name) => `${name}.local`));
    const questions: Question[] = [{ name: service, kind: 'PTR' }];
    for (const [name, { target, buildId }] of this.#services) {
      if (target === null) questions.push({ name, kind: 'SRV' }, { name, kind: 'TXT' });
      else if (buildId !== null || this.#namesOf(target).length > 0) hosts.add(target);
    }
    for (const name of hosts) questions.push({ name, kind: 'A' }, { name, kind: 'AAAA' });
    return questions;
  }

  /** Takes in what was heard; gives every machine of which something may be new. */
  hear({ records, own }: { records: readonly DnsRecord[]; own: OwnAddress }): Sighting[] {
    const touched = new Set<string>();
    const fresh = new Map<string, Map<string, string[]>>();
    for (const record of records) {
      const name = record.name.toLowerCase();
      switch (record.kind) {
        case 'A':
        case 'AAAA': {
          const place = `${record.kind} ${own.via}`;
          const places = fresh.get(name) ?? new Map<string, string[]>();
          fresh.set(name, places);
          const address = isLinkLocal(record.address) ? `${record.address}%${own.zone}` : record.address;
          places.set(place, [...(places.get(place) ?? []), address]);
          break;
        }
        case 'PTR':
          if (name === service) this.#service(record.target.toLowerCase());
          break;
        case 'SRV': {
          const known = this.#service(name);
          if (!known) break;
          known.target = record.target.toLowerCase();
          known.port = record.port;
          touched.add(known.target);
          break;
        }
        case 'TXT': {
          const known = this.#service(name);
          const id = record.texts
            .find((text) => /^nixburn=[0-9a-f]{16}$/.test(text))
            ?.slice('nixburn='.length);
          if (!known || id === undefined) break;
          known.buildId = id;
          if (known.target !== null) touched.add(known.target);
          break;
        }
      }
    }
    for (const [host, places] of fresh) {
      const known = this.#hosts.get(host) ?? new Map<string, string[]>();
      if (!this.#hosts.has(host) && this.#hosts.size >= mostHosts) continue;
      this.#hosts.set(host, known);
      for (const [place, addresses] of places)
        known.set(place, [...new Set(addresses)].slice(0, mostAddresses));
      touched.add(host);
    }
    return [...touched].flatMap((host) => this.#at(host));
  }

  #at(host: string): Sighting[] {
    const addresses = [...(this.#hosts.get(host)?.values() ?? [])].flat();
    if (addresses.length === 0) return [];
    const said = [...this.#services.values()].find(({ target }) => target === host);
    const where = {
      port: said?.port ?? sshPort,
      buildId: said?.buildId ?? null,
      addresses: bestFirst(addresses),
    };
    const names = this.#namesOf(host);
    const isMade = names.length === 0 && where.buildId !== null && !this.#isOnlyWanted;
    return (isMade ? [host.replace(/\.local$/, '')] : names).map((name) => ({ name, ...where }));
  }

  /** The wanted machines that may call themselves that. */
  #namesOf(host: string): string[] {
    return this.#wanted.filter(
      (name) =>
        host === `${name}.local` ||
        Array.from({ length: mostOfOneName - 1 }, (_, at) => `${name}-${at + 2}.local`).includes(host),
    );
  }

  /** Only of `_ssh._tcp`, and not endlessly many. */
  #service(instance: string): Service | null {
    if (!instance.endsWith(`.${service}`)) return null;
    const known = this.#services.get(instance);
    if (known) return known;
    if (this.#services.size >= mostHosts) return null;
    const made: Service = { target: null, port: sshPort, buildId: null };
    this.#services.set(instance, made);
    return made;
  }
}

const mostAddresses = 16;

/** IPv4, then IPv6 that leads further than this link, then the rest. */
function bestFirst(addresses: readonly string[]): string[] {
  return [...new Set(addresses)].toSorted((one, other) => rank(one) - rank(other));
}

function rank(address: string): number {
  if (address.includes('.')) return 0;
  return isLinkLocal(address) ? 2 : 1;
}
