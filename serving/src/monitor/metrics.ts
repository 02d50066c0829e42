import { Counter, Gauge, type Registry } from 'prom-client';
import type { LiveMonitor } from './live-monitor.ts';
import type { MonitorEvents } from './monitor.ts';

/** Versions whose accuracy is shown at most: Prometheus keeps each series. */
const mostSeries = 1_000;

/** Counts what becomes of feedback, for Prometheus. */
export function feedbackMetrics(registry: Registry): MonitorEvents {
  const feedback = new Counter({
    name: 'murmuration_feedback_total',
    help: 'Feedback on predictions, by what became of it: joined, repeated, queued while the coordinator is away, unknown, conflict or invalid.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const lost = new Counter({
    name: 'murmuration_monitor_lost_total',
    help: 'Windows of predictions and outcomes that never reached the coordinator.',
    registers: [registry],
  });
  return {
    feedback: outcome => feedback.inc({ outcome }),
    lost: count => lost.inc(count),
  };
}

/** How good versions are within the horizon, for Prometheus: worked out when somebody reads it. */
export function accuracyMetrics(registry: Registry, read: () => LiveMonitor['versions']): void {
  const labelNames = ['model', 'version'];
  new Gauge({
    name: 'murmuration_model_accuracy_ratio',
    help: 'Share of outcomes that the best guess of a version was right about.',
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { model, version, accuracy } of read().slice(0, mostSeries))
        if (accuracy.accuracy) this.set({ model, version }, accuracy.accuracy.value);
    },
  });
  new Gauge({
    name: 'murmuration_model_outcomes_known_ratio',
    help: 'Share of the predictions of a version whose outcome is known.',
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { model, version, accuracy } of read().slice(0, mostSeries))
        if (accuracy.known !== null) this.set({ model, version }, accuracy.known);
    },
  });
}
