import type { ComparedWindow } from '@murmuration/rounds/events/monitored';
import type { Finding } from './finding.ts';

/** The newest window of a task's version that was compared, and since when windows have drifted. */
export interface DriftTrend {
  readonly window: ComparedWindow;
  /** ms since 1970; null while the newest window has not drifted. */
  readonly since: number | null;
}

/** The trend with one window more. */
export function followDrift(trend: DriftTrend | null, window: ComparedWindow): DriftTrend {
  // What devices answer is not about one version.
  const isSame = window.query !== undefined || trend?.window.version === window.version;
  const earlier = isSame ? (trend?.since ?? null) : null;
  return { window, since: window.isDrifted ? (earlier ?? window.window.to) : null };
}

/** Features that a summary names. */
const mostNamed = 3;

/** Whether what a version is asked is no longer what it was made for. */
export function dataDrifted({ window, since }: DriftTrend): Finding | null {
  if (since === null) return null;
  const { task, version, query, features } = window;
  const drifted = features.filter(each => each.drifted).map(({ name }) => name);
  const named = drifted.slice(0, mostNamed).join(', ');
  const others = drifted.length > mostNamed ? ` and ${drifted.length - mostNamed} more` : '';
  return {
    key: query === undefined ? `data-drifted:${task}` : `data-drifted:${task}:${query}`,
    rule: 'data-drifted',
    severity: 'warning',
    task,
    summary:
      query === undefined
        ? `What version ${version} of ${task} is asked has drifted: ${named}${others}, ${drifted.length} of ${features.length} features.`
        : `What devices of ${task} answer to the query "${query}" has drifted.`,
    advice:
      'Look at the features; train again if the change is real, or mark their drift as expected if it is not.',
    page: '/#/monitor',
    since,
  };
}
