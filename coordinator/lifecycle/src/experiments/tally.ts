import { alwaysValid } from '@murmuration/monitoring/experiments/always-valid';
import { type ArmSums, added, conversions } from '@murmuration/monitoring/experiments/arm-sums';
import { type SampleRatioState, sampleRatio } from '@murmuration/monitoring/experiments/sample-ratio';
import type { KnownCovariates } from '@murmuration/monitoring/experiments/variance-reduction';
import type { ArmWindow } from '@murmuration/serving/monitor/arm-window';
import type {
  ArmAnswers,
  ArmCounts,
  Experiment,
  ExperimentCounts,
  ExperimentMetric,
  ExperimentUnit,
  UnitSums,
} from './experiment.ts';

/** Most keys that are kept, over all arms. */
const maxTalliedKeys = 500_000;
/** Upper bound of the names of keys, which are 16 hexadecimal digits. */
const wholeRange = '1'.padEnd(17, '0');

/** Totals of an arm. Each key counts once: its first request, and its first outcome. */
export interface ArmTotals extends ArmCounts, UnitSums {}

const noSums: ArmSums = { n: 0, sum: 0, squares: 0 };
const noTotals: ArmTotals = {
  requests: 0,
  failures: 0,
  agreed: 0,
  dropped: 0,
  failed: noSums,
  ms: noSums,
  values: noSums,
  known: { n: 0, covariate: 0, covariateSquares: 0, sum: 0, products: 0 },
};

const noAnswers: ArmAnswers = { ...noSums, predictions: 0, good: 0, rounds: 0, lost: 0, until: 0 };

/** Round in which devices of an arm were asked; `found` is left out if it had no figures. */
interface AskedRound {
  readonly number: number;
  readonly found?:
    | { readonly sums: ArmSums; readonly predictions: number; readonly good: number; readonly lost: number }
    | undefined;
}

/** Returns the sums of an arm for a metric. */
export function sumsOf(metric: ExperimentMetric, totals: ArmTotals): ArmSums {
  if (metric === 'failures') return totals.failed;
  return metric === 'latency' ? totals.ms : totals.values;
}

/** Measurements of an experiment in memory: all keys with their states, and sums. */
export class ArmTally {
  readonly #units = new Map<string, ExperimentUnit>();
  readonly #arms = new Map<string, ArmTotals>();
  readonly #changed = new Map<string, ExperimentUnit>();
  #ratio: SampleRatioState;
  #hasChanged = false;
  /** Upper bound of the names of keys that are counted; undefined without a bound. */
  #before: string | undefined;
  /** New keys of each arm since the last test of their ratio. */
  #fresh: number[];
  readonly #names: readonly string[];
  /** True if its units are devices, which answer in sums. */
  readonly #isOfDevices: boolean;
  /** Map from an arm to the number of its devices that are ready and have not answered yet. */
  readonly #ready = new Map<string, number>();
  /** Metric that is adjusted; undefined without a covariate. */
  readonly #adjusted: ExperimentMetric | undefined;
  /** Origin of covariates, so that their squares lose no digits: the first one. */
  #anchor: number | undefined;

  constructor(
    { arms, metric, covariate, query }: Pick<Experiment, 'arms' | 'metric' | 'covariate' | 'query'>,
    counts?: ExperimentCounts,
    units: readonly ExperimentUnit[] = [],
  ) {
    this.#names = arms.map(({ name }) => name);
    this.#isOfDevices = query !== undefined;
    this.#adjusted = covariate ? metric : undefined;
    this.#fresh = arms.map(() => 0);
    this.#ratio = {
      counts: counts?.ratio.units ?? arms.map(() => 0),
      logEvidence: 0,
      p: counts?.ratio.p ?? 1,
    };
    this.#before = counts?.before;
    this.#anchor = counts?.anchor;
    for (const name of this.#names) {
      const { sums, ...kept } = counts?.arms[name] ?? noTotals;
      const { n, sum, squares } = kept.answers ?? noSums;
      this.#arms.set(name, { ...noTotals, ...kept, values: { n, sum, squares }, ...sums });
    }
    for (const unit of units) {
      this.#units.set(unit.unit, unit);
      if (this.#isOfDevices) this.#wait(unit.arm, unit.value === null ? 1 : 0);
      if (counts?.arms[unit.arm]?.sums) continue;
      this.#first(unit);
      if (!this.#isOfDevices && unit.value !== null) this.#value(unit, unit.value);
    }
  }

  /** True if there were too many keys; only a part of them then counts. */
  get isFull(): boolean {
    return this.#before !== undefined;
  }

  /**
   * p-value, valid at any look, that keys fall into the arms as they should, and that devices of all arms
   * answer alike.
   */
  get ratio(): number {
    // With devices, two hypotheses are tested.
    return this.#isOfDevices ? Math.min(1, 2 * Math.min(this.#ratio.p, this.answering)) : this.#ratio.p;
  }

  of(arm: string): ArmTotals {
    return this.#arms.get(arm) ?? noTotals;
  }

  /** Counts the requests that a replica served. */
  window({ arm, requests, failures, agreed, dropped, units }: ArmWindow): void {
    const own = this.#arms.get(arm);
    if (!own) return;
    this.#hasChanged = true;
    this.#arms.set(arm, {
      ...own,
      requests: own.requests + requests,
      failures: own.failures + failures,
      agreed: own.agreed + agreed,
      dropped: own.dropped + dropped,
    });
    for (const { unit: name, failed, ms, covariate = null } of units) {
      const unit: ExperimentUnit = {
        unit: name,
        arm,
        failed,
        ms,
        value: null,
        covariate: this.#adjusted ? covariate : null,
      };
      if (this.#units.has(name) || !this.#hasRoom(name)) continue;
      this.#put(unit);
      this.#first(unit);
      const at = this.#names.indexOf(arm);
      this.#fresh[at]! += 1;
    }
  }

  /** Counts an outcome of an arm's prediction; only the first one of a key counts, in the key's first arm. */
  outcome(arm: string, unit: string, value: number): void {
    const known = this.#units.get(unit);
    if (known?.arm !== arm || known.value !== null) return;
    this.#put({ ...known, value });
    this.#value(known, value);
  }

  /** Records that a device of an arm is ready to answer; returns true if that is new. */
  came(arm: string, unit: string): boolean {
    const known = this.#units.get(unit);
    if (known && (known.arm === arm || known.value !== null)) return false;
    if (!known && !this.#hasRoom(unit)) return false;
    const device: ExperimentUnit = { unit, arm, failed: false, ms: 0, value: null, covariate: null };
    this.#put(device);
    this.#wait(arm, 1);
    if (known) {
      // A step of a canary moved the device to another arm before it answered.
      this.#wait(known.arm, -1);
      const before = this.of(known.arm);
      this.#arms.set(known.arm, { ...before, failed: conversions(before.failed.n - 1, 0) });
    } else {
      const at = this.#names.indexOf(arm);
      this.#fresh[at]! += 1;
    }
    this.#first(device);
    return true;
  }

  /** Number of devices of an arm that are ready and have not answered yet. */
  ready(arm: string): number {
    return this.#ready.get(arm) ?? 0;
  }

  /** True if a device has answered, or doesn't count. */
  hasAnswered(unit: string): boolean {
    return this.#units.get(unit)?.value === 1 || this.#isLeftOut(unit);
  }

  /** Records that a device's answer is in a sum about its arm. */
  answered(arm: string, unit: string): void {
    this.came(arm, unit);
    const known = this.#units.get(unit);
    if (!known || known.value !== null) return;
    this.#put({ ...known, value: 1 });
    this.#wait(known.arm, -1);
  }

  /**
   * Counts a round in which devices of an arm were asked, once; rounds come in the order of their numbers.
   */
  asked(arm: string, { number, found }: AskedRound): void {
    const own = this.of(arm);
    const before = this.answersOf(arm);
    if (number <= before.until) return;
    const values = added(own.values, found?.sums ?? noSums);
    const answers: ArmAnswers = {
      ...values,
      predictions: before.predictions + (found?.predictions ?? 0),
      good: before.good + (found?.good ?? 0),
      rounds: before.rounds + 1,
      lost: before.lost + (found?.lost ?? 0),
      until: number,
    };
    this.#hasChanged = true;
    this.#arms.set(arm, { ...own, values, answers });
  }

  answersOf(arm: string): ArmAnswers {
    return this.of(arm).answers ?? noAnswers;
  }

  /**
   * True if an unknown key counts. If there are too many keys, drops those with names in the upper half,
   * which is unrelated to their results; their counts stay, and they are not counted again.
   */
  #hasRoom(unit: string): boolean {
    while (this.#units.size >= maxTalliedKeys && !this.#isLeftOut(unit)) {
      this.#before = (BigInt(`0x${this.#before ?? wholeRange}`) / 2n).toString(16).padStart(16, '0');
      this.#hasChanged = true;
      for (const [name, { arm, value }] of this.#units) {
        if (!this.#isLeftOut(name)) continue;
        this.#units.delete(name);
        this.#changed.delete(name);
        if (this.#isOfDevices && value === null) this.#wait(arm, -1);
      }
    }
    return !this.#isLeftOut(unit);
  }

  #isLeftOut(unit: string): boolean {
    return this.#before !== undefined && unit >= this.#before;
  }

  #wait(arm: string, more: number): void {
    this.#ready.set(arm, this.ready(arm) + more);
  }

  /**
   * p-value, valid at any look, that devices of all arms answer alike when asked; some are lost on the way,
   * independently of each other.
   */
  get answering(): number {
    const [control, ...others] = this.#names.map(name => {
      const { n, lost } = this.answersOf(name);
      return [name, conversions(n + lost, n)] as const;
    });
    if (!control || control[1].n < 2 || !others.every(([, { n }]) => n >= 2)) return 1;
    const test = alwaysValid();
    let state = test.add(test.init(), ...control);
    for (const other of others) state = test.add(state, ...other);
    const ps = test.verdict(state).comparisons.map(({ p }) => p);
    return Math.min(1, others.length * Math.min(1, ...ps));
  }

  /**
   * Tests the ratio of the keys that came since the last test, and returns its p-value. `shares` are those
   * of the arms.
   */
  testRatio(shares: readonly number[]): number {
    if (shares.length < 2) return 1;
    this.#ratio = sampleRatio(shares).add(this.#ratio, this.#fresh);
    this.#fresh = this.#fresh.map(() => 0);
    return this.ratio;
  }

  /** Restarts the test for new shares; its p-value stays. */
  newShares(): void {
    this.#ratio = { counts: this.#ratio.counts.map(() => 0), logEvidence: 0, p: this.#ratio.p };
    this.#hasChanged = true;
  }

  /** Returns the changes since the last call, to be stored; undefined without any. */
  take(): { readonly counts: ExperimentCounts; readonly units: readonly ExperimentUnit[] } | undefined {
    if (!this.#hasChanged) return undefined;
    this.#hasChanged = false;
    const units = [...this.#changed.values()];
    this.#changed.clear();
    const arms = [...this.#arms].map(([name, totals]): [string, ArmCounts] => {
      const { requests, failures, agreed, dropped, answers, failed, ms, values, known } = totals;
      const sums = { failed, ms, values, known };
      return [name, { requests, failures, agreed, dropped, sums, ...(answers && { answers }) }];
    });
    const counts: ExperimentCounts = {
      arms: Object.fromEntries(arms),
      ratio: { units: this.#ratio.counts, p: this.#ratio.p },
      ...(this.#anchor !== undefined && { anchor: this.#anchor }),
      ...(this.#before !== undefined && { before: this.#before }),
    };
    return { counts, units };
  }

  #put(unit: ExperimentUnit): void {
    this.#units.set(unit.unit, unit);
    this.#changed.set(unit.unit, unit);
    this.#hasChanged = true;
  }

  #first(unit: ExperimentUnit): void {
    const { arm, failed, ms } = unit;
    const own = this.of(arm);
    this.#arms.set(arm, {
      ...own,
      failed: plus(own.failed, failed ? 1 : 0),
      // The duration of a failed request is not the latency of an answer.
      ms: failed ? own.ms : plus(own.ms, ms),
    });
    if (this.#adjusted === 'failures') this.#pair(unit, failed ? 1 : 0);
    if (this.#adjusted === 'latency' && !failed) this.#pair(unit, ms);
  }

  #value(unit: ExperimentUnit, value: number): void {
    const own = this.of(unit.arm);
    this.#arms.set(unit.arm, { ...own, values: plus(own.values, value) });
    if (this.#adjusted === 'accuracy' || this.#adjusted === 'error') this.#pair(unit, value);
  }

  /** Adds the value of a key, by the experiment's metric, with its covariate. */
  #pair({ arm, covariate }: ExperimentUnit, value: number): void {
    if (covariate === null) return;
    this.#anchor ??= covariate;
    const own = this.of(arm);
    const away = covariate - this.#anchor;
    const { n, covariate: sum, covariateSquares, sum: values, products } = own.known;
    const known: KnownCovariates = {
      n: n + 1,
      covariate: sum + away,
      covariateSquares: covariateSquares + away * away,
      sum: values + value,
      products: products + away * value,
    };
    this.#arms.set(arm, { ...own, known });
  }
}

function plus({ n, sum, squares }: ArmSums, value: number): ArmSums {
  return { n: n + 1, sum: sum + value, squares: squares + value * value };
}
