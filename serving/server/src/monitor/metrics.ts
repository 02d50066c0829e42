import type { Accuracy } from '@murmuration/monitoring/accuracy/accuracy';
import type { Registry } from 'prom-client';
import { registerIn } from '../metrics/register.ts';
import type { DriftWatch } from './drift/drift-watch.ts';
import type { DriftState } from './drift/watched-version.ts';
import type { LiveMonitor } from './live-monitor.ts';
import type { MonitorEvents } from './monitor.ts';

/** Maximum versions whose accuracy is exported: Prometheus keeps each series. */
const mostSeries = 1_000;
/** Maximum versions whose drift is exported, each with one series per feature. */
const mostDriftVersions = 20;

/** Registers counters of feedback. */
export function feedbackMetrics(registry: Registry): MonitorEvents {
  const { counter } = registerIn(registry);
  const feedback = counter(
    'murmuration_feedback_total',
    'Feedback on predictions, by what became of it: joined, repeated, queued while the coordinator is away, unknown, conflict or invalid.',
    'outcome',
  );
  const lost = counter(
    'murmuration_monitor_lost_total',
    'Windows of predictions and outcomes that never reached the coordinator.',
  );
  return {
    feedback: outcome => feedback.inc({ outcome }),
    lost: count => lost.inc(count),
  };
}

/** Registers drift metrics of the newest window of each version. */
export function driftMetrics(registry: Registry, read: () => DriftWatch['states']): void {
  const { readGauge } = registerIn(registry);
  const shown = (
    name: string,
    help: string,
    labelNames: readonly string[],
    show: (state: DriftState, set: (value: number, labels?: Record<string, string>) => void) => void,
  ) =>
    readGauge<string>(
      name,
      help,
      gauge => {
        gauge.reset();
        for (const state of read().slice(-mostDriftVersions)) {
          const { model, version } = state;
          show(state, (value, labels) => gauge.set({ model, version, ...labels }, value));
        }
      },
      'model',
      'version',
      ...labelNames,
    );
  shown(
    'murmuration_drift_reference_rows',
    'Rows that a version is compared with.',
    [],
    ({ reference }, set) => reference && set(reference.rows),
  );
  shown(
    'murmuration_drift_features_drifted_ratio',
    'Share of the features of a version that drifted in its newest window; those whose drift is expected are left out.',
    [],
    ({ last }, set) => last && set(last.overview.share),
  );
  shown(
    'murmuration_drift_score',
    'What the test of a feature said of the newest window: a distance, or a p-value.',
    ['feature'],
    ({ last }, set) => {
      for (const { name, drift } of last?.features ?? []) if (drift) set(drift.adjusted, { feature: name });
    },
  );
}

/** Registers accuracy metrics within the horizon, computed when they are read. */
export function accuracyMetrics(registry: Registry, read: () => LiveMonitor['versions']): void {
  const { readGauge } = registerIn(registry);
  const shown = (name: string, help: string, value: (accuracy: Accuracy) => number | null | undefined) =>
    readGauge(
      name,
      help,
      gauge => {
        gauge.reset();
        for (const { model, version, accuracy } of read().slice(0, mostSeries)) {
          const figure = value(accuracy);
          if (figure !== null && figure !== undefined) gauge.set({ model, version }, figure);
        }
      },
      'model',
      'version',
    );
  shown(
    'murmuration_model_accuracy_ratio',
    'Share of outcomes that the best guess of a version was right about.',
    ({ accuracy }) => accuracy?.value,
  );
  shown(
    'murmuration_model_outcomes_known_ratio',
    'Share of the predictions of a version whose outcome is known.',
    ({ known }) => known,
  );
  shown(
    'murmuration_model_predictions',
    'Predictions of a version within the horizon of feedback.',
    ({ requests }) => requests,
  );
  shown(
    'murmuration_model_outcomes',
    'Outcomes of these predictions that are known.',
    ({ outcomes }) => outcomes,
  );
}
