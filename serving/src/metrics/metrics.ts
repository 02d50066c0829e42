import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { InferenceEvents } from '../server/events.ts';
import type { ServedModel } from '../source/source.ts';

/** Series of models that are told apart at most: versions come and go, and Prometheus keeps each. */
const mostSeries = 1_000;
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * What an inference server does, for Prometheus: labels are names and versions of models that there are, protocols, and codes of the table of
 * errors; never who asked. What models are in memory is read when somebody asks.
 */
export function inferenceMetrics(registry: Registry): InferenceEvents {
  const registers = [registry];
  const known = new Set<string>();
  /** A version that is one too many, and what was asked for and is not there, counts as `other`. */
  const named = (model: string, version: string) => {
    const key = `${model}@${version}`;
    if (version !== '' && (known.has(key) || known.size < mostSeries)) {
      known.add(key);
      return { model, version };
    }
    return { model: 'other', version: '' };
  };
  const requests = new Counter({
    name: 'murmuration_inference_requests_total',
    help: 'Inference requests, by what became of them: ok, or the code of an error.',
    labelNames: ['model', 'version', 'protocol', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'murmuration_inference_duration_seconds',
    help: 'How long inference requests took, from when they were read to their answer.',
    labelNames: ['model', 'version', 'protocol'],
    buckets: seconds,
    registers,
  });
  const queue = new Histogram({
    name: 'murmuration_inference_queue_seconds',
    help: 'How long inference requests waited for the model.',
    labelNames: ['model', 'version'],
    buckets: seconds,
    registers,
  });
  const batches = new Histogram({
    name: 'murmuration_inference_batch_size',
    help: 'Rows that ran together.',
    labelNames: ['model', 'version'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const loaded = new Gauge({
    name: 'murmuration_inference_model_loaded',
    help: 'Whether a version is in memory: 1, or 0 once it was unloaded.',
    labelNames: ['model', 'version'],
    registers,
  });
  const bytes = new Gauge({
    name: 'murmuration_inference_model_bytes',
    help: 'Memory that a version takes.',
    labelNames: ['model', 'version'],
    registers,
  });
  const loads = new Histogram({
    name: 'murmuration_inference_model_load_duration_seconds',
    help: 'How long it took to load a version and to run it once.',
    labelNames: ['model'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers,
  });
  const failures = new Counter({
    name: 'murmuration_inference_model_load_failures_total',
    help: 'Versions that could not be loaded.',
    labelNames: ['model'],
    registers,
  });
  const logged = new Counter({
    name: 'murmuration_inference_log_written_total',
    help: 'Events of the request log that a sink has.',
    labelNames: ['sink'],
    registers,
  });
  const unlogged = new Counter({
    name: 'murmuration_inference_log_dropped_total',
    help: 'Events of the request log that never reached a sink: too many waited (full), or it did not take them (failed).',
    labelNames: ['sink', 'reason'],
    registers,
  });
  const labels = ({ name, version }: ServedModel) => named(name, version);
  return {
    answered({ model, version, protocol, error, ms, queueMs }) {
      const own = named(model, version);
      requests.inc({ ...own, protocol, code: error?.code ?? 'ok' });
      duration.observe({ ...own, protocol }, ms / 1_000);
      if (!error) queue.observe(own, queueMs / 1_000);
    },
    executed: (model, rows) => batches.observe(labels(model), rows),
    loaded(model, ms, size) {
      loaded.set(labels(model), 1);
      bytes.set(labels(model), size);
      loads.observe({ model: labels(model).model }, ms / 1_000);
    },
    unloaded(model) {
      loaded.set(labels(model), 0);
      bytes.set(labels(model), 0);
    },
    failed: model => failures.inc({ model: labels(model).model }),
    logged: (sink, events) => logged.inc({ sink }, events),
    unlogged: (sink, events, reason) => unlogged.inc({ sink, reason }, events),
  };
}
