import { roundsToTarget } from '../learning-curves/rounds-to-target.ts';
import type { Run } from '../run-events/run.ts';
import { type PhaseFigures, type RoundEnded, roundPhases } from '../run-events/run-event.ts';
import type { Unit } from './quantities.ts';

/** Where a run stands at the end of each of some rounds, and what a metric came to. */
export interface Curve {
  readonly round: readonly number[];
  /** Sent by devices and to them since the run began. */
  readonly bytes: readonly number[];
  /** On the clock of the devices, since the run began. */
  readonly ms: readonly number[];
  readonly value: readonly number[];
}

/** What can lie under a curve. */
export type Abscissa = 'round' | 'bytes' | 'ms';

/** Bytes, time or lost devices of a round, over all its phases. */
export function overPhases({ phases }: RoundEnded, of: (figures: PhaseFigures) => number): number {
  return roundPhases.reduce((sum, phase) => sum + (phases[phase] ? of(phases[phase]) : 0), 0);
}

/** From the begin of the first round to the end of the last one, ms on the clock of the devices. */
export function simulatedTime(rounds: Run['rounds']): number {
  const [first, last] = [rounds[0], rounds.at(-1)];
  return first && last ? last.endedAt - first.startedAt : 0;
}

/** The curve of `measure` over the rounds for which it is a finite number. */
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

/** The curve of a held-out metric. */
export function heldOutCurve(rounds: Run['rounds'], metric: string): Curve {
  return curveOf(rounds, round => heldOut(round, metric));
}

/** A held-out metric of a round; undefined where it was not measured, null where it was no finite number. */
export function heldOut({ metrics }: RoundEnded, metric: string): number | null | undefined {
  return metrics ? own(metrics, metric) : undefined;
}

/** What `record` has under a name, of whatever others gave it: not what all objects have. */
export function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The mean of what contributors measured in training, weighted by their examples where these are known; null without any. */
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

/** The names of held-out metrics: those that the run describes, then others that its rounds have. */
export function heldOutMetrics({ begun, rounds }: Run): string[] {
  const measured = new Set(rounds.flatMap(({ metrics }) => Object.keys(metrics ?? {})));
  const described = Object.keys(begun.metrics).filter(name => measured.has(name));
  return [...new Set([...described, ...measured])];
}

/** The names of what contributors measured while they trained, but for their examples. */
export function trainingMetrics({ rounds }: Run): string[] {
  const names = new Set(rounds.flatMap(({ training }) => Object.keys(training?.metrics ?? {})));
  names.delete('examples');
  return [...names];
}

/** How a metric is read; one that its run does not describe is a number of which more is better. */
export function descriptionOf(run: Run, metric: string): { unit: Unit; better: 'higher' | 'lower' } {
  return own(run.begun.metrics, metric) ?? { unit: 'number', better: 'higher' };
}

/** Where a curve is at its best; undefined without points. */
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

/** Rounds until a curve reaches `target`, as `roundsToTarget` counts them; null where it never does. */
export function roundsTo({ value, round }: Curve, target: number, better: 'higher' | 'lower'): number | null {
  const sign = better === 'higher' ? 1 : -1;
  const points = round.map((round, i) => ({ round, value: sign * value[i]! }));
  return roundsToTarget(points, sign * target);
}
