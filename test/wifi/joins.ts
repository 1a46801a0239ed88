/** Carries the two stations of the guest from place to place, and judges what becomes of the networks there. */
import { accessPointAddress } from './access-points.ts';
import type { Guest, Line } from './guest.ts';
import type { Backend, Place, Refusal, Way } from './networks.ts';
import { readSaid, type Said } from './said.ts';

/** One line of the result. */
export interface Row {
  what: string;
  by: string;
  expected: string;
  got: string;
  /**
   * In the guest's time: from when the access point appeared until it was clear what becomes of it. Away from its last
   * network, NetworkManager hopes for that for 15 s first.
   */
  seconds: number | null;
  ssid: string;
}

/** Of each program: the number of its radio. */
const stations: Record<Backend, number> = { networkmanager: 1, wpa_supplicant: 2 };
const backends: Backend[] = ['networkmanager', 'wpa_supplicant'];

/** What can only be seen by looking. */
const silent = new Set<Way | Refusal>(['leaves it alone', 'refuses the file']);

/** Calls a function of guest.sh and waits for its answer. */
export async function ask(guest: Guest, line: string, answer: string): Promise<Line> {
  const answered = guest.next(answer);
  guest.say(line);
  return answered;
}

export class Journey {
  readonly #guest: Guest;
  readonly #tell: (row: Row) => void;
  #hasBegun = false;
  /** NetworkManager reads all profiles when it starts, long before the one that it refuses is in reach. */
  #hasRefused = false;

  /** @param tell is called for each network and program as soon as it is clear what becomes of it. */
  constructor(guest: Guest, tell: (row: Row) => void) {
    this.#guest = guest;
    this.#tell = tell;
  }

  /** Goes to a place, and stays until everything there is clear. */
  async visit(place: Place, number: number): Promise<void> {
    const guest = this.#guest;
    const visit = new Visit(place, number, this.#tell);
    const stop = guest.listen(({ text, at }) => {
      const said = readSaid(text);
      if (said === null) return;
      if (said.kind === 'refused') this.#hasRefused = true;
      if (said.kind === 'associated') {
        guest.say(`way ${said.station}`);
        if (said.station === stations.wpa_supplicant) guest.say(`ask_address ${said.station}`);
      }
      visit.hear(said, at, this.#hasRefused);
    });
    try {
      const first = accessPointAddress(number, 1);
      const appeared = await ask(guest, `appear ${number} ${place.length} ${first}`, `appeared ${number}`);
      visit.began = appeared.at;
      // The first place is where the machine is switched on.
      if (!this.#hasBegun) {
        guest.say('start_networkmanager');
        guest.say('start_wpa_supplicant');
      }
      this.#hasBegun = true;
      for (const station of visit.silentStations) guest.say(`idle ${station} ${first}`);
      // What is late is told as such, and then everything is clear; what matters here is that the guest may end.
      await Promise.race([visit.isClear, guest.next(`late ${number}`)]);
      await ask(guest, 'vanish', 'vanished');
    } finally {
      stop();
    }
  }
}

/** What has been seen at one place. */
class Visit {
  /** In the guest's time. */
  began = 0;
  /** Resolves when it is clear what becomes of every network. */
  readonly isClear: Promise<void>;
  #resolve: () => void = () => undefined;
  readonly #place: Place;
  readonly #number: number;
  readonly #tell: (row: Row) => void;
  readonly #decided = new Set<string>();
  readonly #ways = new Map<number, { accessPoint: number; way: Way }>();
  readonly #addresses = new Set<string>();

  constructor(place: Place, number: number, tell: (row: Row) => void) {
    this.#place = place;
    this.#number = number;
    this.#tell = tell;
    this.isClear = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Stations that have to be looked at. Where there are two networks, one is joined, and that is heard. */
  get silentStations(): number[] {
    const [network, other] = this.#place;
    if (other) return [];
    return backends
      .filter((backend) => silent.has(network.expected[backend]))
      .map((backend) => stations[backend]);
  }

  hear(said: Said, at: number, hasRefused: boolean): void {
    switch (said.kind) {
      case 'way': {
        const accessPoint = this.#accessPoint(said.bssid);
        if (accessPoint === null) return;
        this.#ways.set(said.station, { accessPoint, way: said.way });
        return this.#join(said.station, at);
      }
      case 'address':
        this.#addresses.add(`${said.station} ${said.accessPoint}`);
        return this.#join(said.station, at);
      case 'idle': {
        const accessPoint = this.#accessPoint(said.bssid);
        const isUnread = hasRefused && said.station === stations.networkmanager;
        const how = isUnread && this.#place[0].readableByOthers ? 'refuses the file' : 'leaves it alone';
        if (accessPoint !== null) this.#decide(said.station, accessPoint, how, at);
        return;
      }
      case 'distrust':
        return this.#refuse(said.station, 'refuses the server', at);
      case 'failed':
        // The connection to the last place may end only here.
        if (said.connection !== this.#place[0].recipe.ssid) return;
        return this.#refuse(stations.networkmanager, 'gives up', at);
      case 'late':
        if (said.place === this.#number) this.#giveUp(at);
        return;
      case 'associated':
      case 'refused':
        return;
    }
  }

  /** Counted from 1; null: it belongs to another place. */
  #accessPoint(bssid: string): number | null {
    const index = this.#place.findIndex((_, one) => accessPointAddress(this.#number, one + 1) === bssid);
    return index === -1 ? null : index + 1;
  }

  #join(station: number, at: number): void {
    const joined = this.#ways.get(station);
    if (!joined || !this.#addresses.has(`${station} ${joined.accessPoint}`)) return;
    this.#decide(station, joined.accessPoint, joined.way, at);
    // A station has one radio: what it did not choose it leaves alone.
    this.#place.forEach((_, index) => this.#decide(station, index + 1, 'leaves it alone', at));
  }

  /** Where a network is to be joined, a first try may fail and a later one succeed. */
  #refuse(station: number, how: Refusal, at: number): void {
    const backend = backends.find((one) => stations[one] === station);
    if (backend && !isWay(this.#place[0].expected[backend])) this.#decide(station, 1, how, at);
  }

  #giveUp(at: number): void {
    for (const station of Object.values(stations)) {
      const got = this.#ways.has(station) ? 'no address' : 'nothing';
      this.#place.forEach((_, index) => this.#decide(station, index + 1, got, at));
    }
  }

  #decide(station: number, accessPoint: number, got: string, at: number): void {
    const backend = backends.find((one) => stations[one] === station);
    const network = this.#place[accessPoint - 1];
    const key = `${station} ${accessPoint}`;
    if (!backend || !network || this.#decided.has(key)) return;
    this.#decided.add(key);
    this.#tell({
      what: network.what,
      by: backend,
      expected: network.expected[backend],
      got,
      seconds: at - this.began,
      ssid: network.recipe.ssid,
    });
    if (this.#decided.size === this.#place.length * backends.length) this.#resolve();
  }
}

function isWay(expected: Way | Refusal): expected is Way {
  return ['open', 'WPA2', 'WPA3', 'enterprise'].includes(expected);
}
