import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { Visitors } from './visitors.ts';

/**
 * Milliseconds after the last visitor has gone until rounds are as before: the visitor may just have reloaded
 * the page.
 */
const afterLast = 30_000;

/** Dependencies of the host. */
interface HostPorts {
  readonly task: TaskName;
  readonly control: Pick<RoundControl, 'pause' | 'unpause'>;
  readonly clock: Clock;
  /** Sizes the rounds from the next one on for visitors beside the phones, or as requested at the start. */
  readonly resize: (rounds: 'visited' | 'asked') => void;
  /** Number of phones. */
  readonly phones: number;
  /** Lets that number of phones take part; the others rest once they have no part in a round. */
  readonly awake: (phones: number) => void;
  /** Displays what happens. */
  readonly say: (line: string) => void;
}

/**
 * Makes room for people at the keyboard's page: while one is there, rounds draw visitors beside all phones,
 * each device equally likely, in addition to the requested number of phones. After the requested rounds,
 * others follow while a visitor is there.
 */
export class Host {
  readonly #visitors: Visitors;
  readonly #ports: HostPorts;
  #cancel: Cancel = () => {};
  #isVisited = false;
  #areRoundsOver = false;
  #areAllAsked = false;
  /** Changes, applied one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(visitors: Visitors, ports: HostPorts) {
    this.#visitors = visitors;
    this.#ports = ports;
    visitors.watch(() => this.#changed());
  }

  /**
   * Marks the requested rounds as over: without visitors the task rests from then on. Resolves when the
   * change is applied.
   */
  async roundsOver(): Promise<void> {
    this.#areRoundsOver = true;
    this.#settle();
    await this.#queue;
  }

  /**
   * Marks that all phones are being asked something, so that none of them rests, or no longer. Resolves when
   * the change is applied.
   */
  async asksAll(areAsked: boolean): Promise<void> {
    if (this.#areAllAsked === areAsked) return;
    this.#areAllAsked = areAsked;
    // Otherwise all phones take part anyway, and only the operator pauses the task.
    if (this.#areRoundsOver) this.#settle();
    await this.#queue;
  }

  /** Stops following the visitors. */
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
        ? 'You joined: rounds draw your device beside the phones, each as likely as any.'
        : 'You left: rounds draw only the phones.',
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
