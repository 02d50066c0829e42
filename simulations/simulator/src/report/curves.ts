import type { Unit } from '@murmuration/monitoring/kit/quantities';
import { roundsToTarget } from '../learning-curves/rounds-to-target.ts';
import type { Run } from '../run-events/run.ts';
import { type PhaseFigures, type RoundEnded, roundPhases } from '../run-events/run-event.ts';

/** Metric at the end of some rounds, with the traffic and time so far; columns are equally long. */
export interface Curve {
  readonly round: readonly number[];
  /** Bytes to and from devices since the run began. */
  readonly bytes: readonly number[];
  /** Milliseconds since the run began, on the devices' clock. */
  readonly ms: readonly number[];
  readonly value: readonly number[];
}

/** Sums bytes, time or lost devices of a round over its phases. */
export function overPhases({ phases }: RoundEnded, of: (figures: PhaseFigures) => number): number {
  return roundPhases.reduce((sum, phase) => sum + (phases[phase] ? of(phases[phase]) : 0), 0);
}

/** Milliseconds from the start of the first round to the end of the last one, on the devices' clock. */
export function simulatedTime(rounds: Run['rounds']): number {
  const [first, last] = [rounds[0], rounds.at(-1)];
  return first && last ? last.endedAt - first.startedAt : 0;
}

/** Returns the curve of `measure` over the rounds in which it is finite. */
export function curveOf(
  rounds: Run['rounds'],
  measure: (round: RoundEnded) => number | null | undefined,
): Curve {
  const curve = { round: [] as number[], bytes: [] as number[], ms: [] as number[], value: [] as number[] };
  const began = rounds[0]?.startedAt ?? 0;
  let bytes = 0;
  for (const round of rounds) {
    bytes += overPhases(round, ({ up, down }) => up + down);
    const value = measure(round);
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    curve.round.push(round.number);
    curve.bytes.push(bytes);
    curve.ms.push(round.endedAt - began);
    curve.value.push(value);
  }
  return curve;
}

export function heldOutCurve(rounds: Run['rounds'], metric: string): Curve {
  return curveOf(rounds, round => heldOut(round, metric));
}

/** Returns a held-out metric of a round; undefined if it was not measured, null if it was not finite. */
export function heldOut({ metrics }: RoundEnded, metric: string): number | null | undefined {
  return metrics ? own(metrics, metric) : undefined;
}

/** Returns an own property; ignores inherited ones, because names come from outside. */
export function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/**
 * Averages a training metric over contributors, weighted by their examples if these are known; null without
 * any.
 */
export function trainingMean({ training }: RoundEnded, metric: string): number | null {
  const values = training && own(training.metrics, metric);
  if (!values) return null;
  const examples = own(training.metrics, 'examples');
  let [sum, weights] = [0, 0];
  for (const [i, value] of values.entries()) {
    const weight = examples?.[i] ?? (examples ? 0 : 1);
    if (value === null) continue;
    sum += weight * value;
    weights += weight;
  }
  return weights > 0 ? sum / weights : null;
}

/** Returns the names of held-out metrics: first those that the run describes, then others in its rounds. */
export function heldOutMetrics({ begun, rounds }: Run): string[] {
  const measured = new Set(rounds.flatMap(({ metrics }) => Object.keys(metrics ?? {})));
  const described = Object.keys(begun.metrics).filter(name => measured.has(name));
  return [...new Set([...described, ...measured])];
}

/** Returns the names of training metrics except `examples`. */
export function trainingMetrics({ rounds }: Run): string[] {
  const names = new Set(rounds.flatMap(({ training }) => Object.keys(training?.metrics ?? {})));
  names.delete('examples');
  return [...names];
}

/** Returns a metric's description; by default a number for which higher is better. */
export function descriptionOf(run: Run, metric: string): { unit: Unit; better: 'higher' | 'lower' } {
  return own(run.begun.metrics, metric) ?? { unit: 'number', better: 'higher' };
}

/** Returns the best point of a curve; undefined without points. */
export function bestOf(
  { value, round }: Curve,
  better: 'higher' | 'lower',
): { value: number; round: number } | undefined {
  if (value.length === 0) return undefined;
  let best = 0;
  for (let i = 1; i < value.length; i++)
    if (better === 'higher' ? value[i]! > value[best]! : value[i]! < value[best]!) best = i;
  return { value: value[best]!, round: round[best]! };
}

/** Counts the rounds until a curve reaches `target`, see `roundsToTarget`; null if it never does. */
export function roundsTo({ value, round }: Curve, target: number, better: 'higher' | 'lower'): number | null {
  const sign = better === 'higher' ? 1 : -1;
  const points = round.map((round, i) => ({ round, value: sign * value[i]! }));
  return roundsToTarget(points, sign * target);
}
