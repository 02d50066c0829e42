import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { graceOf } from './phases/collecting.ts';
import type { RoundState } from './round.ts';

/** Grace of a phase that waits only for disconnected devices: calls `over` when it has passed. */
export class Absence {
  readonly #clock: Clock;
  readonly #over: (time: number) => void;
  #phase: RoundState['phase'] | undefined;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, over: (time: number) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** Starts the grace, lets it run on, or cancels it because a device is back or the phase has ended. */
  follow(state: RoundState): void {
    const grace = 'cohort' in state ? graceOf(state) : undefined;
    if (grace === undefined || state.phase !== this.#phase) this.end();
    if (grace === undefined || this.#cancel) return;
    this.#phase = state.phase;
    const time = this.#clock.now() + grace;
    this.#cancel = this.#clock.at(time, () => {
      this.#cancel = undefined;
      this.#over(time);
    });
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
