import { betterOf } from '@murmuration/api/direction';
import type { Retrain } from '@murmuration/rounds/task/retrain/retrain';

/** Lists the conditions that end a run, whichever comes first, one sentence each. */
export function endsOf({ rounds, metric, plateau, target, time, failures }: Retrain['until']): string[] {
  return [
    ...(rounds === null ? [] : [`It has made ${counted(rounds, 'version')}.`]),
    ...(metric === null || target === null
      ? []
      : [
          `${metric} is ${target} or ${betterOf(metric) === 'higher' ? 'more' : 'less'} on held-out examples.`,
        ]),
    ...(metric === null || plateau === null
      ? []
      : [`${metric} got no better on held-out examples for ${counted(plateau, 'version')}.`]),
    ...(time === null ? [] : [`${spanOf(time)} have passed.`]),
    failures === 1 ? 'A round has failed.' : `${failures} rounds in a row have failed.`,
  ];
}

function counted(value: number, one: string): string {
  return `${value} ${one}${value === 1 ? '' : 's'}`;
}

/** Returns a time in the largest unit in which it is whole. */
function spanOf(ms: number): string {
  const units = [
    ['days', 86_400_000],
    ['hours', 3_600_000],
    ['minutes', 60_000],
    ['seconds', 1_000],
  ] as const;
  for (const [unit, length] of units) if (ms % length === 0) return `${ms / length} ${unit}`;
  return `${ms} ms`;
}
