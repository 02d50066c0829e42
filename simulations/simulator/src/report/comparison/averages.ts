import type { Run } from '../../run-events/run.ts';
import { type Curve, heldOutCurve } from '../curves.ts';

/** Metric over the rounds, averaged over runs, with the lowest and the highest value. */
export interface AveragedCurve extends Curve {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Averages each round that all runs measured; traffic and time are means too. */
export function averaged(runs: readonly Run[], metric: string): AveragedCurve {
  const curves = runs.map(({ rounds }) => heldOutCurve(rounds, metric));
  const places = curves.map(({ round }) => new Map(round.map((number, i) => [number, i])));
  const round = (curves[0]?.round ?? []).filter(number => places.every(places => places.has(number)));
  const columns = (of: 'bytes' | 'ms' | 'value') =>
    round.map(number => curves.map((curve, i) => curve[of][places[i]!.get(number)!]!));
  const values = columns('value');
  return {
    round,
    bytes: columns('bytes').map(mean),
    ms: columns('ms').map(mean),
    value: values.map(mean),
    low: values.map(values => Math.min(...values)),
    high: values.map(values => Math.max(...values)),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
