import { parseTaskName, type TaskName } from '@murmuration/protocol/ids/ids';
import type { ComparedWindow } from '@murmuration/rounds/events/monitored';
import { queryWatchedAs } from '@murmuration/rounds/queries/device-drift';
import type { DriftWindow } from '@murmuration/serving/monitor/drift/drift-store';

/**
 * Returns the figures of a window for listeners, without its counts. Expected drift counts as none.
 * `champion`: number of the version that devices serve.
 */
export function comparedWindow(
  { model, version, from, to, report }: DriftWindow,
  champion: (task: TaskName) => number,
): ComparedWindow {
  const task = parseTaskName(model);
  const query = queryWatchedAs(version);
  return {
    task,
    version: query === undefined ? Number(version) : champion(task),
    ...(query !== undefined && { query }),
    features: report.features.flatMap(({ name, drift }) =>
      drift
        ? [
            {
              name,
              test: drift.test,
              score: drift.adjusted,
              threshold: drift.threshold,
              drifted: drift.drifted && !report.expected.includes(name),
            },
          ]
        : [],
    ),
    share: report.overview.share,
    isDrifted: report.overview.isDrifted,
    window: { from, to },
  };
}
