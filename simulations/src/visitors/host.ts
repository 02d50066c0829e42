import type { RoundControl } from '@murmuration/coordinator/rounds/round-control';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Visitors } from './visitors.ts';

/** ms after the last visitor has gone until all is as before: somebody may just have loaded the page again. */
const afterLast = 30_000;

/** What is needed to go on for visitors. */
export interface HostPorts {
  readonly task: TaskName;
  readonly control: Pick<RoundControl, 'pause' | 'unpause'>;
  readonly clock: Clock;
  /** Makes the rounds small from the next one on, or as large as they were asked for. */
  readonly resize: (rounds: 'small' | 'asked') => void;
  /** Phones that there are, and so many of them that a small round takes them and a visitor, without one too many. */
  readonly phones: { readonly all: number; readonly besideVisitors: number };
  /** Lets so many phones take part, those from this number on, and the others rest once they have no part in a round. */
  readonly awake: (phones: number, from: number) => void;
  /** Hears in words what happens. */
  readonly say: (line: string) => void;
}

/**
 * Makes room for people at the keyboard's page: while somebody is there, so few phones take part that each round has a place for them, and
 * after the rounds that were asked for, others follow as long as somebody is there.
 */
export class Host {
  readonly #visitors: Visitors;
  readonly #ports: HostPorts;
  #cancel: Cancel = () => {};
  #isVisited = false;
  #areRoundsOver = false;
  #areAllAsked = false;
  /** Number of the round for which it is the turn of the phones from `#from` on. */
  #round = 0;
  #from = 0;
  /** One change after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(visitors: Visitors, ports: HostPorts) {
    this.#visitors = visitors;
    this.#ports = ports;
    visitors.watch(() => this.#changed());
  }

  /** The rounds that were asked for are over: without visitors the task rests from now on, and when that is so it returns. */
  async roundsOver(): Promise<void> {
    this.#areRoundsOver = true;
    this.#settle();
    await this.#queue;
  }

  /**
   * All phones are asked something, visitors or not: as long as they are, they all take part, and rounds are as large as they were asked for,
   * since few phones have little in common. Returns when that is so.
   */
  async asksAll(areAsked: boolean): Promise<void> {
    if (this.#areAllAsked === areAsked) return;
    this.#areAllAsked = areAsked;
    // Else they all take part anyway, and whether the task rests is its operator's choice.
    if (this.#isVisited || this.#areRoundsOver) this.#settle();
    await this.#queue;
  }

  /**
   * The cohort of a round is drawn. Beside visitors it is the turn of other phones then: rounds of the same few would teach the model what
   * only these write. They come in time for the next round, and the others rest once this one is over.
   */
  roundBegan(number: number): void {
    if (!this.#isVisited || this.#areAllAsked || number === this.#round) return;
    this.#round = number;
    const { phones, awake } = this.#ports;
    const from = (this.#from + phones.besideVisitors) % Math.max(1, phones.all);
    this.#from = from;
    this.#queue = this.#queue.then(() => awake(phones.besideVisitors, from));
  }

  /** Follows the visitors no longer. */
  close(): void {
    this.#cancel();
    this.#visitors.watch(() => {});
  }

  #changed(): void {
    this.#cancel();
    const { clock } = this.#ports;
    if (this.#visitors.present > 0) this.#become(true);
    else this.#cancel = clock.at(clock.now() + afterLast, () => this.#become(false));
  }

  #become(isVisited: boolean): void {
    if (this.#isVisited === isVisited) return;
    this.#isVisited = isVisited;
    this.#ports.say(
      isVisited
        ? 'Somebody is at the keyboard: rounds are small, and wait for them.'
        : 'Nobody is at the keyboard any more.',
    );
    this.#settle();
  }

  #settle(): void {
    const { task, control, resize, phones, awake, say } = this.#ports;
    const [isVisited, goesOn, areAllAsked] = [this.#isVisited, !this.#areRoundsOver, this.#areAllAsked];
    const change = async () => {
      const isSmall = isVisited && !areAllAsked;
      resize(isSmall ? 'small' : 'asked');
      if (isVisited || goesOn) await control.unpause(task);
      else await control.pause(task);
      if (isSmall) awake(phones.besideVisitors, this.#from);
      else awake(goesOn || areAllAsked ? phones.all : 0, 0);
    };
    this.#queue = this.#queue.then(change).catch(error => say(String(error)));
  }
}
