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

/** Keys that are told apart at most, over all arms. */
const mostUnits = 500_000;
/** Beyond all names of keys, which are 16 hexadecimal digits. */
const wholeRange = '1'.padEnd(17, '0');

/** What was measured of an arm. Each key counts once: its first request, and its first outcome. */
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

/** What a round found in which devices of an arm were asked; `found` is left out where it showed nothing. */
export interface AskedRound {
  readonly number: number;
  readonly found?:
    | { readonly sums: ArmSums; readonly predictions: number; readonly good: number; readonly lost: number }
    | undefined;
}

/** What an arm's keys say of a metric. */
export function sumsOf(metric: ExperimentMetric, totals: ArmTotals): ArmSums {
  if (metric === 'failures') return totals.failed;
  return metric === 'latency' ? totals.ms : totals.values;
}

/** What an experiment has measured so far, in memory: all keys with what is known of them, and sums. */
export class Tally {
  readonly #units = new Map<string, ExperimentUnit>();
  readonly #arms = new Map<string, ArmTotals>();
  readonly #changed = new Map<string, ExperimentUnit>();
  #ratio: SampleRatioState;
  #hasChanged = false;
  /** Keys from here on are forgotten, and counted no more; undefined: none is. */
  #before: string | undefined;
  /** New keys of each arm that the test of their ratio has not seen yet. */
  #fresh: number[];
  readonly #names: readonly string[];
  /** Whether its units are devices, which answer in sums. */
  readonly #isOfDevices: boolean;
  /** Devices of each arm that have something to say and have not answered yet. */
  readonly #ready = new Map<string, number>();
  /** undefined: no covariate is taken. */
  readonly #adjusted: ExperimentMetric | undefined;
  /** What covariates are counted from, so that their squares lose no digits: the first one. */
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

  /** Whether more keys came than are told apart: of those a part counts. */
  get isFull(): boolean {
    return this.#before !== undefined;
  }

  /** The p-value, at any look, that keys fall into the arms as they should, and that devices of all arms answer alike. */
  get ratio(): number {
    // Of devices two things are tested.
    return this.#isOfDevices ? Math.min(1, 2 * Math.min(this.#ratio.p, this.answering)) : this.#ratio.p;
  }

  of(arm: string): ArmTotals {
    return this.#arms.get(arm) ?? noTotals;
  }

  /** What a replica has seen. */
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
      this.#fresh[at] = (this.#fresh[at] ?? 0) + 1;
    }
  }

  /** An outcome of a prediction that an arm made; of each key the first one counts, in the arm in which the key was first. */
  outcome(arm: string, unit: string, value: number): void {
    const known = this.#units.get(unit);
    if (known?.arm !== arm || known.value !== null) return;
    this.#put({ ...known, value });
    this.#value(known, value);
  }

  /** A device of an arm has something to say. Whether that is news. */
  came(arm: string, unit: string): boolean {
    const known = this.#units.get(unit);
    if (known && (known.arm === arm || known.value !== null)) return false;
    if (!known && !this.#hasRoom(unit)) return false;
    const device: ExperimentUnit = { unit, arm, failed: false, ms: 0, value: null, covariate: null };
    this.#put(device);
    this.#wait(arm, 1);
    if (known) {
      // A step of a canary gave it another arm before it said anything of the one before.
      this.#wait(known.arm, -1);
      const before = this.of(known.arm);
      this.#arms.set(known.arm, { ...before, failed: conversions(before.failed.n - 1, 0) });
    } else {
      const at = this.#names.indexOf(arm);
      this.#fresh[at] = (this.#fresh[at] ?? 0) + 1;
    }
    this.#first(device);
    return true;
  }

  /** Devices of an arm that have something to say and have not answered yet. */
  ready(arm: string): number {
    return this.#ready.get(arm) ?? 0;
  }

  /** Whether a device has answered, or is none that counts. */
  hasAnswered(unit: string): boolean {
    return this.#units.get(unit)?.value === 1 || this.#isLeftOut(unit);
  }

  /** The answer of a device is in a sum about its arm. */
  answered(arm: string, unit: string): void {
    this.came(arm, unit);
    const known = this.#units.get(unit);
    if (!known || known.value !== null) return;
    this.#put({ ...known, value: 1 });
    this.#wait(known.arm, -1);
  }

  /** Devices of an arm were asked in a round, which counts once: rounds come in the order of their numbers. */
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

  /** Whether a key that is not known counts. Where there are too many, those whose names are in the upper half are forgotten, which says nothing of them: they have counted, and do so no more. */
  #hasRoom(unit: string): boolean {
    while (this.#units.size >= mostUnits && !this.#isLeftOut(unit)) {
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
   * The p-value, at any look, that devices of all arms answer alike where they are asked: others are lost on the way, independently of each other.
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

  /** Tests the ratio of the keys that came since the last time, and gives its p-value. `shares` are those of the arms. */
  testRatio(shares: readonly number[]): number {
    if (shares.length < 2) return 1;
    this.#ratio = sampleRatio(shares).add(this.#ratio, this.#fresh);
    this.#fresh = this.#fresh.map(() => 0);
    return this.ratio;
  }

  /** Begins the test anew for other shares; what it has found stays. */
  newShares(): void {
    this.#ratio = { counts: this.#ratio.counts.map(() => 0), logEvidence: 0, p: this.#ratio.p };
    this.#hasChanged = true;
  }

  /** What is to be written down since the last time; undefined: nothing. */
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
      // What failed says nothing of how long an answer takes.
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

  /** The value of a key by the metric of the experiment, beside its covariate. */
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
