import type { Clock } from '@murmuration/protocol/time/clock';
import { Presets, SingleBar } from 'cli-progress';
import { duration } from '../command/progress.ts';

/** Milliseconds between lines if the output is no terminal. */
const lineEvery = 10_000;

/** Progress bar of a search: rung, rounds or epochs, and time left in the rung. */
export class TuneProgress {
  readonly #clock: Clock;
  readonly #out: NodeJS.WriteStream;
  readonly #unit: 'rounds' | 'epochs';
  #bar: SingleBar | undefined;
  #what = '';
  #began = 0;
  #first = 0;

  constructor(unit: 'rounds' | 'epochs', clock: Clock, out: NodeJS.WriteStream) {
    this.#unit = unit;
    this.#clock = clock;
    this.#out = out;
  }

  tell(done: number, all: number, what: string): void {
    if (what !== this.#what) {
      this.end();
      this.#what = what;
      this.#began = this.#clock.now();
      this.#first = done;
      this.#bar = new SingleBar(
        {
          format: `${what}  {value} of {total} ${this.#unit}  {bar}  {left} left`,
          stream: this.#out,
          clearOnComplete: true,
          hideCursor: true,
          noTTYOutput: true,
          notTTYSchedule: lineEvery,
        },
        Presets.shades_classic,
      );
      this.#bar.start(all, done, { left: '–' });
      return;
    }
    const seconds = (this.#clock.now() - this.#began) / 1_000;
    const passed = done - this.#first;
    this.#bar?.update(done, { left: passed > 0 ? duration((seconds / passed) * (all - done)) : '–' });
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#what = '';
  }
}
