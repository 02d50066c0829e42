import type { ComparedWindow } from '@murmuration/rounds/events/monitored';
import type { Finding } from './finding.ts';

/** Newest compared window of a task's version, and the time since which windows have drifted. */
export interface DriftTrend {
  readonly window: ComparedWindow;
  /** Time of the first window of the drift, in ms since 1970; null if the newest window has not drifted. */
  readonly since: number | null;
}

/** Returns the trend after one more window. */
export function followDrift(trend: DriftTrend | null, window: ComparedWindow): DriftTrend {
  // The answers of devices do not belong to one version.
  const isSame = window.query !== undefined || trend?.window.version === window.version;
  const earlier = isSame ? (trend?.since ?? null) : null;
  return { window, since: window.isDrifted ? (earlier ?? window.window.to) : null };
}

/** Returns a finding if the requests to a version have drifted from its reference. */
export function dataDrifted({ window, since }: DriftTrend): Finding | null {
  if (since === null) return null;
  const { task, version, query, features } = window;
  const drifted = features.filter(each => each.drifted).map(({ name }) => name);
  return {
    key: query === undefined ? `data-drifted:${task}` : `data-drifted:${task}:${query}`,
    rule: 'data-drifted',
    severity: 'warning',
    task,
    summary:
      query === undefined
        ? `Input drift on ${task}, version ${version}: ${drifted.length} of ${features.length} features, first ${drifted.slice(0, 3).join(', ')}.`
        : `Drift on ${task}: answers of devices to the query "${query}".`,
    advice:
      'Look at the features; train again if the change is real, or mark their drift as expected if it is not.',
    page: '/#/model/monitoring',
    since,
  };
}
