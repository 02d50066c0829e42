import type { Clock } from '@murmuration/protocol/time/clock';
import type { RoundEnded } from '@murmuration/simulations/run-events/run-event';
import { Presets, SingleBar } from 'cli-progress';

/** Milliseconds between lines if the output is no terminal. */
const lineEvery = 10_000;

/** Progress bar of a run: rounds, clients per second, time left, and the newest metrics. */
export class Progress {
  readonly #bar: SingleBar;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #total: number;
  #first: number | undefined;
  #clients = 0;
  #metrics = '';

  constructor(label: string, total: number, clock: Clock, out: NodeJS.WriteStream) {
    this.#clock = clock;
    this.#began = clock.now();
    this.#total = total;
    const name = label === '' ? '' : `${label}  `;
    const format = `${name}round {value} of {total}  {bar}  {rate} clients/s  {left} left  {metrics}`;
    this.#bar = new SingleBar(
      {
        format,
        stream: out,
        clearOnComplete: true,
        hideCursor: true,
        noTTYOutput: true,
        notTTYSchedule: lineEvery,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total, 0, { rate: '–', left: '–', metrics: '' });
  }

  round({ number, tally, metrics }: RoundEnded): void {
    this.#first ??= number;
    this.#clients += tally.accepted;
    const seconds = Math.max(0.001, (this.#clock.now() - this.#began) / 1_000);
    const done = number - this.#first + 1;
    const left = (seconds / done) * Math.max(0, this.#total - number);
    if (metrics && Object.keys(metrics).length > 0)
      this.#metrics = Object.entries(metrics)
        .map(([name, value]) => `${name} ${value === null ? '–' : value.toPrecision(4)}`)
        .join('  ');
    this.#bar.update(number, {
      rate: (this.#clients / seconds).toFixed(1),
      left: duration(left),
      metrics: this.#metrics,
    });
  }

  end(): void {
    this.#bar.stop();
  }
}

/** Formats a duration, such as `12 s` or `3 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
