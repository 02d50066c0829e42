import { fewestUnits } from '@murmuration/monitoring/paired/mean-difference';
import type { Evaluation, Measured } from '@murmuration/rounds/evaluation/evaluation';
import type { GateCheck, GateTestResult } from '@murmuration/rounds/registry/gate-decisions';
import { confidence, type Gate, partOf } from '@murmuration/rounds/task/task-gate';

/** Figures of a version that is judged. */
export interface GateFigures {
  readonly evaluation: Evaluation | null;
  /** Latency that 99 of 100 requests do not exceed, ms; null if the gate has no such rule. */
  readonly latencyP99: number | null;
  /** Bytes. */
  readonly size: number;
}

/** Figures of both versions that a gate compares. */
interface Compared {
  readonly measures: Readonly<Record<string, Measured>>;
  readonly slices: readonly string[];
  readonly champion: GateFigures;
  readonly challenger: GateFigures;
  /** Test of the metric that must be better; null if the gate has no test, or nothing could be tested. */
  readonly tested: GateTestResult | null;
}

/** Checks a challenger by every rule of a gate. A missing figure fails its rule. */
export function checksOf(gate: Gate, compared: Compared): GateCheck[] {
  const { challenger, champion, slices } = compared;
  const checks: GateCheck[] = [];
  if (gate.better !== null) checks.push(betterCheck(gate, gate.better, compared));
  for (const { metric, slice } of gate.neverWorse.map(partOf))
    for (const part of slice === '*' ? slices : [slice]) checks.push(neverWorseCheck(metric, part, compared));
  if (gate.latencyP99 !== null)
    checks.push(
      limitCheck(
        'latency-p99',
        gate.latencyP99,
        champion.latencyP99,
        challenger.latencyP99,
        ms => `${figure(ms)} ms`,
      ),
    );
  if (gate.size !== null)
    checks.push(limitCheck('size', gate.size, champion.size, challenger.size, bytes => `${bytes} bytes`));
  return checks;
}

/**
 * Returns how much better the challenger is in a metric; positive for better, in either direction of the
 * metric.
 */
export function gain(measured: Measured | undefined, champion: number, challenger: number): number {
  return measured?.better === 'lower' ? champion - challenger : challenger - champion;
}

function betterCheck(
  gate: Gate,
  metric: string,
  { measures, champion, challenger, tested }: Compared,
): GateCheck {
  const [before, after] = [figureOf(champion, metric, null), figureOf(challenger, metric, null)];
  const check = {
    rule: 'better',
    metric,
    slice: null,
    champion: before,
    challenger: after,
    limit: gate.by,
    test: tested,
  } as const;
  if (before === null || after === null)
    return { ...check, passed: false, text: `${metric} was not measured.` };
  const better = gain(measures[metric], before, after);
  const moved = `${metric} went from ${figure(before)} to ${figure(after)}`;
  if (gate.test === 'none') {
    const passed = gate.by > 0 ? better >= gate.by : better > 0;
    return { ...check, passed, text: `${moved}; it has to be better${byText(gate.by)}.` };
  }
  if (tested === null)
    return {
      ...check,
      passed: false,
      text: `${metric} was not measured for ${fewestUnits(confidence)} single ${unitsOf(gate)}, which ${percent(confidence)} confidence takes.`,
    };
  if (tested.interval) {
    const [low, high] = tested.interval;
    const text = `${moved}, better by ${figure(low)} to ${figure(high)} at ${percent(confidence)} confidence; the lower end has to be above ${figure(gate.by)}.`;
    return { ...check, passed: low > gate.by, text };
  }
  const passed = better > 0 && better >= gate.by && tested.p <= 1 - confidence;
  const text = `${moved}, p = ${figure(tested.p)}; it has to be better${byText(gate.by)} with p at most ${figure(1 - confidence)}.`;
  return { ...check, passed, text };
}

function neverWorseCheck(
  metric: string,
  slice: string | null,
  { measures, champion, challenger }: Compared,
): GateCheck {
  const [before, after] = [figureOf(champion, metric, slice), figureOf(challenger, metric, slice)];
  const where = slice === null ? metric : `${metric} of ${slice}`;
  const check = {
    rule: 'never-worse',
    metric,
    slice,
    champion: before,
    challenger: after,
    limit: 0,
    test: null,
  } as const;
  if (before === null || after === null)
    return { ...check, passed: false, text: `${where} was not measured.` };
  const passed = gain(measures[metric], before, after) >= 0;
  return {
    ...check,
    passed,
    text: `${where} went from ${figure(before)} to ${figure(after)}; it may not get worse.`,
  };
}

function limitCheck(
  rule: 'latency-p99' | 'size',
  limit: number,
  champion: number | null,
  challenger: number | null,
  written: (value: number) => string,
): GateCheck {
  const name = rule === 'size' ? 'The size' : 'The latency of 99 of 100 requests';
  const check = { rule, metric: null, slice: null, champion, challenger, limit, test: null } as const;
  if (challenger === null) return { ...check, passed: false, text: `${name} was not measured.` };
  return {
    ...check,
    passed: challenger <= limit,
    text: `${name} is ${written(challenger)}; at most ${written(limit)} are allowed.`,
  };
}

function figureOf({ evaluation }: GateFigures, metric: string, slice: string | null): number | null {
  const metrics = slice === null ? evaluation?.metrics : own(evaluation?.slices, slice);
  return own(metrics, metric) ?? null;
}

export function own<Value>(
  values: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

const unitsOf = ({ test }: Gate): string => (test === 'slices' ? 'slices' : 'examples');
const byText = (by: number): string => (by > 0 ? ` by at least ${figure(by)}` : '');
const percent = (share: number): string => `${Number((100 * share).toPrecision(4))} %`;
const figure = (value: number): string => String(Number(value.toPrecision(4)));
