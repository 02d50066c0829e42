import type { Clock } from '@murmuration/protocol/time/clock';
import type { RunCounts } from '@murmuration/serving/precompute/table/runs';
import { Presets, SingleBar } from 'cli-progress';

/** Milliseconds between lines when the output is no terminal. */
const lineEvery = 10_000;

/** Progress display of a job: the share of its inputs already read, its rows, and rows per second. */
export class RowProgress {
  readonly #bar: SingleBar;
  readonly #clock: Clock;
  readonly #began: number;

  constructor(job: string, clock: Clock, out: NodeJS.WriteStream) {
    this.#clock = clock;
    this.#began = clock.now();
    this.#bar = new SingleBar(
      {
        format: `${job}  {bar}  {share}  {rows} rows  {rate} rows/s  {details}`,
        stream: out,
        clearOnComplete: true,
        hideCursor: true,
        noTTYOutput: true,
        notTTYSchedule: lineEvery,
      },
      Presets.shades_classic,
    );
    this.#bar.start(1_000, 0, { share: '–', rows: 0, rate: '–', details: '' });
  }

  show({ read, reused, failed }: RunCounts, share: number | null): void {
    const seconds = Math.max(0.001, (this.#clock.now() - this.#began) / 1_000);
    this.#bar.update(Math.round(1_000 * (share ?? 0)), {
      share: share === null ? '–' : `${Math.floor(100 * share)} %`,
      rows: read,
      rate: Math.round(read / seconds),
      details: [reused > 0 && `${reused} unchanged`, failed > 0 && `${failed} failed`]
        .filter(Boolean)
        .join(', '),
    });
  }

  end(): void {
    this.#bar.stop();
  }
}
