import type { ShareEstimate } from '@murmuration/monitoring/accuracy/accuracy';
import { parseTaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { LiveAccuracy } from '@murmuration/rounds/events/monitored';
import type { LiveMonitor } from '@murmuration/serving/monitor/live-monitor';

/** Milliseconds between two reports of the versions' accuracy. */
const reportMs = 60_000;

/** Reports, once a minute at most, the accuracy of versions whose predictions got outcomes. */
export class LiveAccuracyTeller {
  readonly #clock: Clock;
  readonly #tell: (accuracy: LiveAccuracy) => void;
  readonly #due = new Map<string, { readonly model: string; readonly version: string }>();
  #cancel: Cancel | undefined;

  constructor(clock: Clock, tell: (accuracy: LiveAccuracy) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Called when a version got an outcome. */
  joined(live: Pick<LiveMonitor, 'of'>, model: string, version: string): void {
    this.#due.set(JSON.stringify([model, version]), { model, version });
    this.#cancel ??= this.#clock.at(this.#clock.now() + reportMs, () => {
      this.#cancel = undefined;
      const due = [...this.#due.values()];
      this.#due.clear();
      for (const each of due) this.#tellOf(live, each.model, each.version);
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #tellOf(live: Pick<LiveMonitor, 'of'>, model: string, version: string): void {
    const { accuracy, falsePositives, falseNegatives } = live.of(model, version);
    const metrics: readonly [string, ShareEstimate | null][] = [
      ['accuracy', accuracy],
      ['false-positives', falsePositives],
      ['false-negatives', falseNegatives],
    ];
    for (const [metric, found] of metrics) {
      if (!found) continue;
      const { value, interval, of: outcomes } = found;
      const [lower, upper] = interval;
      this.#tell({
        task: parseTaskName(model),
        version: Number(version),
        metric,
        value,
        lower,
        upper,
        outcomes,
      });
    }
  }
}
