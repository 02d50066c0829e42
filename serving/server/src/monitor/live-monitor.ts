import { type Accuracy, accuracyOf } from '@murmuration/monitoring/accuracy/accuracy';
import {
  type AccuracySums,
  addAccuracy,
  asked,
  judged,
  noAccuracy,
} from '@murmuration/monitoring/accuracy/accuracy-sums';
import type { PerformanceInput } from '@murmuration/monitoring/report/drift-report';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';
import { keptId } from '../server/request-id.ts';
import type { AccuracyStore } from './accuracy-store.ts';
import type { DriftWatch } from './drift/drift-watch.ts';
import { KeptAccuracy } from './kept-accuracy.ts';
import type { Counting, FeedbackResult, Monitor, MonitorEvents, WindowSums } from './monitor.ts';
import { judge, type Outcome } from './outcome.ts';
import type { RememberedPrediction } from './prediction.ts';
import type { FeedbackSettings } from './settings.ts';
import { keyOf } from './version-key.ts';

/** Milliseconds of a span by which outcomes are counted, by the time of their predictions. */
const outcomeSpanMs = 3_600_000;
/** Maximum versions that are counted, and replicas whose windows are tracked. */
const maxCountedVersions = 1_000;
const mostReplicas = 10_000;

/** Maximum predictions that wait for their outcomes; the oldest are dropped. */
const maxWaitingPredictions = 100_000;

interface Waiting {
  readonly prediction: RememberedPrediction;
  /** Outcome as JSON, once it is known. */
  outcome: string | undefined;
}

/** Accuracy of a version within the horizon. */
export interface VersionAccuracy {
  readonly model: string;
  readonly version: string;
  readonly accuracy: Accuracy;
}

/**
 * Joins outcomes to predictions in this process. Predictions are kept until the horizon, at most
 * 100,000, in the order in which they were made; counts are kept for each version by the hour.
 */
export class LiveMonitor implements Monitor {
  readonly #settings: FeedbackSettings;
  readonly #clock: Clock;
  readonly #events: MonitorEvents;
  readonly #drift: DriftWatch | undefined;
  readonly #kept: KeptAccuracy | undefined;
  /** Predictions by id, the oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /** Sums by version, then by the start of the hour. */
  readonly #sums = new BoundedMap<string, Map<number, AccuracySums>>(maxCountedVersions);
  /** Number of the newest window by replica. */
  readonly #replicas = new BoundedMap<string, number>(mostReplicas);

  constructor(
    settings: FeedbackSettings,
    {
      clock,
      events = {},
      drift,
      store,
    }: {
      readonly clock: Clock;
      readonly events?: MonitorEvents;
      readonly drift?: DriftWatch | undefined;
      /** Store that keeps counts over restarts; without it, they start over. */
      readonly store?: AccuracyStore | undefined;
    },
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#events = events;
    this.#drift = drift;
    if (store)
      this.#kept = new KeptAccuracy({
        store,
        clock,
        fault: (where, error) => events.fault?.(where, error),
        first: () => this.#first,
        of: ({ model, version, from }) => {
          const sums = this.#sums.get(keyOf(model, version))?.get(from);
          return sums && { model, version, from, sums };
        },
      });
  }

  /** Loads the stored counts, once. Rejects with `storage.*`, and then nothing is stored. */
  async open(): Promise<void> {
    for (const { model, version, from, sums } of (await this.#kept?.read()) ?? [])
      this.#put(model, version, from, sums);
  }

  /** Number of remembered predictions. */
  get waiting(): number {
    return this.#waiting.size;
  }

  counting(model: string, version: string): Counting {
    if (!this.#drift) return 'nothing';
    return this.#drift.plan(model, version) ?? 'values';
  }

  window({ replica, number, requests, predictions, features = [], arms }: WindowSums): void {
    if (number <= (this.#replicas.get(replica) ?? 0)) return;
    this.#replicas.set(replica, number);
    const now = this.#clock.now();
    for (const { model, version, count } of requests) this.#add(model, version, now, asked(count));
    // Bounded, so that a replica's fast clock doesn't prolong a prediction.
    for (const each of predictions) this.#remember({ ...each, at: Math.min(each.at, now) }, now);
    for (const each of features) this.#drift?.take(each);
    if (arms) this.#events.arms?.(arms);
  }

  /**
   * Keeps a prediction for its outcome. The first of two with one id counts, so that none can replace
   * another's.
   */
  #remember(prediction: RememberedPrediction, now: number): void {
    const { horizon } = this.#settings;
    for (const [id, { prediction: oldest }] of this.#waiting) {
      if (this.#waiting.size < maxWaitingPredictions && oldest.at > now - horizon) break;
      this.#waiting.delete(id);
    }
    if (!this.#waiting.has(prediction.id))
      this.#waiting.set(prediction.id, { prediction, outcome: undefined });
  }

  async feedback(outcome: Outcome): Promise<FeedbackResult> {
    const result = this.#join(outcome);
    this.#events.feedback?.(result);
    return result;
  }

  /** Versions asked within the horizon, with their accuracy. */
  get versions(): readonly VersionAccuracy[] {
    return [...this.#sums.keys()].map(key => {
      const [model = '', version = ''] = JSON.parse(key) as string[];
      return { model, version, accuracy: this.of(model, version) };
    });
  }

  /** Returns the accuracy of a version within the horizon. */
  of(model: string, version: string): Accuracy {
    const first = this.#first;
    const spans = [...(this.#sums.get(keyOf(model, version)) ?? [])].filter(([at]) => at >= first);
    return accuracyOf(spans.map(([, sums]) => sums).reduce(addAccuracy, noAccuracy));
  }

  /** Returns accuracy sums by the hour within the horizon, the oldest first. */
  performance(model: string, version: string): readonly PerformanceInput[] {
    return [...(this.#sums.get(keyOf(model, version)) ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([from, sums]) => ({ from, to: from + outcomeSpanMs, version, sums }));
  }

  async close(): Promise<void> {
    await this.#kept?.close();
    await this.#drift?.close();
  }

  /** Start of the oldest hour to keep, ms since 1970. */
  get #first(): number {
    return this.#clock.now() - this.#settings.horizon - outcomeSpanMs;
  }

  #join(outcome: Outcome): FeedbackResult {
    const id = keptId(outcome.id);
    const waiting = this.#waiting.get(id);
    const isOther = waiting && outcome.models?.includes(waiting.prediction.model) === false;
    if (!waiting || isOther || waiting.prediction.at <= this.#clock.now() - this.#settings.horizon) {
      this.#events.feedback?.('unknown');
      // The same text for another model's prediction, so that its existence is not revealed.
      const orOther = outcome.models ? ', or it is of a model that the token is not for' : '';
      throw new MurmurationError(
        'request.not-found',
        `No prediction ${JSON.stringify(id.slice(0, 64))} waits for its outcome: there was none, or it was too long ago${orOther}.`,
      );
    }
    const { prediction } = waiting;
    const { model, version, at } = prediction;
    const text = JSON.stringify(outcome.outcome);
    if (waiting.outcome === text) return 'repeated';
    if (waiting.outcome !== undefined) {
      this.#events.feedback?.('conflict');
      throw new MurmurationError('feedback.conflict');
    }
    const positive = Object.hasOwn(this.#settings.positive, model)
      ? this.#settings.positive[model]
      : undefined;
    try {
      const [first = noAccuracy, ...others] = judge(prediction, outcome).map(each => judged(each, positive));
      this.#add(model, version, at, others.reduce(addAccuracy, first));
    } catch (error) {
      this.#events.feedback?.('invalid');
      throw error;
    }
    waiting.outcome = text;
    this.#events.joined?.(prediction, outcome);
    return 'joined';
  }

  #add(model: string, version: string, at: number, sums: AccuracySums): void {
    const start = Math.floor(at / outcomeSpanMs) * outcomeSpanMs;
    this.#put(model, version, start, sums);
    this.#kept?.changed(model, version, start);
  }

  #put(model: string, version: string, start: number, sums: AccuracySums): void {
    const key = keyOf(model, version);
    const spans = this.#sums.get(key) ?? new Map<number, AccuracySums>();
    spans.set(start, addAccuracy(spans.get(start) ?? noAccuracy, sums));
    const first = this.#first;
    for (const each of spans.keys()) if (each < first) spans.delete(each);
    this.#sums.set(key, spans);
  }
}
