import type { Registry } from 'prom-client';
import type { InferenceEvents } from '../server/events.ts';
import type { ServedModel } from '../source/source.ts';
import { registerIn } from './register.ts';
import { RequestMetrics, VersionSeries } from './request-metrics.ts';

/** Maximum series of model versions: versions come and go, and Prometheus keeps each. */
const mostSeries = 1_000;
/**
 * Registers metrics of an inference server. Labels are names and versions of existing models, protocols, and
 * error codes; never the asker.
 */
export function inferenceMetrics(registry: Registry): InferenceEvents {
  const { counter, gauge, histogram } = registerIn(registry);
  const metrics = new RequestMetrics(registry);
  const others = new VersionSeries(metrics, 'other', '');
  const known = new Map<string, Map<string, VersionSeries>>();
  let count = 0;
  /** Returns the series of a version; unknown models, and versions beyond the maximum, count as `other`. */
  const seriesOf = (model: string, version: string): VersionSeries => {
    const found = known.get(model)?.get(version);
    if (found) return found;
    if (version === '' || count >= mostSeries) return others;
    count += 1;
    const made = new VersionSeries(metrics, model, version);
    known.set(model, (known.get(model) ?? new Map()).set(version, made));
    return made;
  };
  const loaded = gauge(
    'murmuration_inference_model_loaded',
    'Whether a version is in memory: 1, or 0 once it was unloaded.',
    'model',
    'version',
  );
  const bytes = gauge(
    'murmuration_inference_model_bytes',
    'Memory that a version takes.',
    'model',
    'version',
  );
  const loads = histogram(
    'murmuration_inference_model_load_duration_seconds',
    'How long it took to load a version and to run it once.',
    [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    'model',
  );
  const failures = counter(
    'murmuration_inference_model_load_failures_total',
    'Versions that could not be loaded.',
    'model',
  );
  const logged = counter(
    'murmuration_inference_log_written_total',
    'Events of the request log that a sink has.',
    'sink',
  );
  const unlogged = counter(
    'murmuration_inference_log_dropped_total',
    'Events of the request log that never reached a sink: too many waited (full), or it did not take them (failed).',
    'sink',
    'reason',
  );
  const labels = ({ name, version }: ServedModel) => seriesOf(name, version).labels;
  return {
    answered({ model, version, protocol, error, ms, queueMs }) {
      const series = seriesOf(model, version);
      const own = series.protocol(protocol);
      own.count(error?.code ?? 'ok');
      own.duration.observe(ms / 1_000);
      if (!error) series.queue.observe(queueMs / 1_000);
    },
    executed: ({ name, version }, rows) => seriesOf(name, version).batches.observe(rows),
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
