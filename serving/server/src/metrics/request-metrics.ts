import type { Registry } from 'prom-client';
import { type BucketCounts, type Count, SeriesCounter, SeriesHistogram } from './series.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics that every request counts in. */
export class RequestMetrics {
  readonly requests: SeriesCounter;
  readonly duration: SeriesHistogram;
  readonly queue: SeriesHistogram;
  readonly batches: SeriesHistogram;

  constructor(registry: Registry) {
    this.requests = new SeriesCounter(
      registry,
      'murmuration_inference_requests_total',
      'Inference requests, by what became of them: ok, or the code of an error.',
    );
    this.duration = new SeriesHistogram(
      registry,
      'murmuration_inference_duration_seconds',
      'How long inference requests took, from when they were read to their answer.',
      seconds,
    );
    this.queue = new SeriesHistogram(
      registry,
      'murmuration_inference_queue_seconds',
      'How long inference requests waited for the model.',
      seconds,
    );
    this.batches = new SeriesHistogram(
      registry,
      'murmuration_inference_batch_size',
      'Rows that ran together.',
      [1, 2, 4, 8, 16, 32, 64, 128, 256],
    );
  }
}

/** Series of one version of a model. */
export class VersionSeries {
  readonly labels: { readonly model: string; readonly version: string };
  readonly queue: BucketCounts;
  readonly batches: BucketCounts;
  readonly #metrics: RequestMetrics;
  readonly #protocols = new Map<string, ProtocolSeries>();

  constructor(metrics: RequestMetrics, model: string, version: string) {
    this.labels = { model, version };
    this.#metrics = metrics;
    this.queue = metrics.queue.series(this.labels);
    this.batches = metrics.batches.series(this.labels);
  }

  protocol(name: string): ProtocolSeries {
    let found = this.#protocols.get(name);
    if (!found) {
      found = new ProtocolSeries(this.#metrics, { ...this.labels, protocol: name });
      this.#protocols.set(name, found);
    }
    return found;
  }
}

/** Series of one version of a model and one protocol. */
class ProtocolSeries {
  readonly duration: BucketCounts;
  readonly #requests: SeriesCounter;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #codes = new Map<string, Count>();

  constructor({ requests, duration }: RequestMetrics, labels: Readonly<Record<string, string>>) {
    this.#requests = requests;
    this.#labels = labels;
    this.duration = duration.series(labels);
  }

  count(code: string): void {
    let found = this.#codes.get(code);
    if (!found) {
      found = this.#requests.series({ ...this.#labels, code });
      this.#codes.set(code, found);
    }
    found.value += 1;
  }
}
