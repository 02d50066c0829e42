import type { Run } from '../../run-events/run.ts';
import { type PlainData, type RoundEnded, roundPhases } from '../../run-events/run-event.ts';
import { heldOut, heldOutMetrics, overPhases, trainingMean, trainingMetrics } from '../curves.ts';
import { flatSettings } from '../flat-settings.ts';

/** Value of a metric; `time` is in ms since 1970, `step` is a round. */
export interface MetricPoint {
  readonly time: number;
  readonly value: number | null;
  readonly step: number;
}

/** Metric and its value in a round; undefined if the round has none. */
type Source = readonly [string, (round: RoundEnded) => number | null | undefined];

const tallied = ['cohort', 'accepted', 'rejected', 'late', 'lost'] as const;

/** Returns the parameters that MLflow logs: settings and seed. */
export function paramsOf({ begun }: Run): [string, string][] {
  return [
    ['seed', String(begun.seed)],
    ['clients', String(begun.clients)],
    ['transport', begun.transport],
    ...flatSettings(begun.settings),
  ];
}

/** Returns a history per metric: metrics, cohorts, traffic and time, then the final figures. */
export function metricsOf(run: Run): [string, MetricPoint[]][] {
  const { begun, rounds, ended } = run;
  const sources: Source[] = [
    ...heldOutMetrics(run).map((name): Source => [name, round => heldOut(round, name)]),
    ...trainingMetrics(run).map(
      (name): Source => [`training.${name}`, round => trainingMean(round, name) ?? undefined],
    ),
    ...tallied.map((name): Source => [name, ({ tally }) => tally[name]]),
    ...roundPhases.map((phase): Source => [`lost.${phase}`, ({ phases }) => phases[phase]?.lost]),
    ['bytes.up', round => overPhases(round, ({ up }) => up)],
    ['bytes.down', round => overPhases(round, ({ down }) => down)],
    ['round.ms', ({ startedAt, endedAt }) => endedAt - startedAt],
    ['wall.seconds', ({ wallSeconds }) => wallSeconds],
  ];
  const times = timesOf(run);
  const histories = sources.flatMap(([name, of]): [string, MetricPoint[]][] => {
    const points = rounds.flatMap((round, i) => {
      const value = of(round);
      return value === undefined ? [] : [{ time: times[i]!, value, step: round.number }];
    });
    return points.length > 0 ? [[name, points]] : [];
  });
  const last = { time: times.at(-1) ?? begun.startedAt, step: rounds.at(-1)?.number ?? 0 };
  return [
    ...histories,
    ...numbersIn(ended?.figures ?? {}, 'final').map(
      ([name, value]) => [name, [{ ...last, value }]] as [string, MetricPoint[]],
    ),
  ];
}

/** Returns when each round ended by the machine's clock, ms since 1970. */
function timesOf({ begun, rounds }: Run): number[] {
  let time = begun.startedAt;
  return rounds.map(({ wallSeconds }) => {
    time += 1_000 * wallSeconds;
    return Math.round(time);
  });
}

function numbersIn(value: PlainData, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => numbersIn(part, `${path}.${name}`));
}
