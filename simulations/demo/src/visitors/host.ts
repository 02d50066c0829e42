import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { Visitors } from './visitors.ts';

/** ms after the last visitor has gone until all is as before: somebody may just have loaded the page again. */
const afterLast = 30_000;

/** What is needed to go on for visitors. */
export interface HostPorts {
  readonly task: TaskName;
  readonly control: Pick<RoundControl, 'pause' | 'unpause'>;
  readonly clock: Clock;
  /** Has the rounds from the next one on take visitors beside the phones, or as they were asked for. */
  readonly resize: (rounds: 'visited' | 'asked') => void;
  /** Phones that there are. */
  readonly phones: number;
  /** Lets so many phones take part; the others rest once they have no part in a round. */
  readonly awake: (phones: number) => void;
  /** Hears in words what happens. */
  readonly say: (line: string) => void;
}

/**
 * Makes room for people at the keyboard's page: while somebody is there, they are drawn beside all phones, each device as likely as any, and
 * come on top of as many phones as were asked for. After the rounds that were asked for, others follow as long as somebody is there.
 */
export class Host {
  readonly #visitors: Visitors;
  readonly #ports: HostPorts;
  #cancel: Cancel = () => {};
  #isVisited = false;
  #areRoundsOver = false;
  #areAllAsked = false;
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

  /** All phones are asked something: as long as they are, none of them rests. Returns when that is so. */
  async asksAll(areAsked: boolean): Promise<void> {
    if (this.#areAllAsked === areAsked) return;
    this.#areAllAsked = areAsked;
    // Else they all take part anyway, and whether the task rests is its operator's choice.
    if (this.#areRoundsOver) this.#settle();
    await this.#queue;
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
        ? 'Somebody is at the keyboard: rounds draw them beside the phones, each as likely as any.'
        : 'Nobody is at the keyboard any more.',
    );
    this.#settle();
  }

  #settle(): void {
    const { task, control, resize, phones, awake, say } = this.#ports;
    const [isVisited, goesOn, areAllAsked] = [this.#isVisited, !this.#areRoundsOver, this.#areAllAsked];
    const change = async () => {
      resize(isVisited ? 'visited' : 'asked');
      if (isVisited || goesOn) await control.unpause(task);
      else await control.pause(task);
      awake(isVisited || goesOn || areAllAsked ? phones : 0);
    };
    this.#queue = this.#queue.then(change).catch(error => say(String(error)));
  }
}
