import { parseTaskName } from '@murmuration/protocol/ids/ids';
import type { DriftWindow } from '@murmuration/serving/monitor/drift/drift-store';
import type { ComparedWindow } from '../events/monitored.ts';

/** What listeners hear of a window: figures, not what was counted. Drift that people expect is none. */
export function comparedWindow({ model, version, from, to, report }: DriftWindow): ComparedWindow {
  return {
    task: parseTaskName(model),
    version: Number(version),
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
