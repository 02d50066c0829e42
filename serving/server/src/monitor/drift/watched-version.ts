import type { DriftReport, PerformanceInput } from '@murmuration/monitoring/report/drift-report';
import { type CountedFeature, windowReport } from '@murmuration/monitoring/report/window-report';
import { addWindows, emptyWindow } from '@murmuration/monitoring/windows/feature-window';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DriftSettings, ModelDriftSettings } from '../settings.ts';
import {
  type CountedElsewhere,
  type CountingPlan,
  type Counts,
  countColumns,
  countReference,
  type FeatureColumns,
  ownOf,
  planOf,
} from './counting-plan.ts';
import type { DriftReference, DriftWindow } from './drift-store.ts';
import type { SeenFeatures } from './feature-tally.ts';

/** Drift state of a version. */
export interface DriftState {
  readonly model: string;
  readonly version: string;
  /** Reference without its counts; undefined while it is gathered. */
  readonly reference: Omit<DriftReference, 'plan' | 'counts'> | undefined;
  /** Rows gathered for a reference, or in the open window. */
  readonly rows: number;
  /** Rows needed for a reference, or for a comparison. */
  readonly needed: number;
  /** Time of the first of these rows, or start of the window, ms since 1970. */
  readonly from: number | undefined;
  /** Earliest end of the window, ms since 1970; undefined while a reference is gathered. */
  readonly until: number | undefined;
  /** Report of the newest window counted with this reference. */
  readonly last: DriftReport | undefined;
}

/** Stored state of a version. */
export interface StoredVersion {
  readonly settings: ModelDriftSettings;
  readonly reference: DriftReference | undefined;
  readonly newest: DriftWindow | undefined;
}

/** Maximum features named in an error. */
const maxErrorFeatures = 10;

/** Version with its reference and its open window. */
export class WatchedVersion {
  readonly model: string;
  readonly version: string;
  readonly #standard: DriftSettings;
  #own: ModelDriftSettings;
  #reference: DriftReference | undefined;
  /** Values gathered for a reference. */
  #columns: FeatureColumns = {};
  /** Plan of the counts gathered for a reference, if they were counted elsewhere. */
  #gathered: CountingPlan | undefined;
  /** End of the last counts made elsewhere, ms since 1970. */
  #counted: number | undefined;
  #counts: Counts = {};
  #rows = 0;
  /** Time of the first of these rows, or start of the window, ms since 1970. */
  #from: number | undefined;
  /** Number of the newest window. */
  #number: number;
  #last: DriftReport | undefined;

  constructor(
    model: string,
    version: string,
    standard: DriftSettings,
    { settings, reference, newest }: StoredVersion,
  ) {
    this.model = model;
    this.version = version;
    this.#standard = standard;
    this.#own = settings;
    this.#reference = reference;
    this.#number = newest?.number ?? 0;
    this.#last = newest && newest.plan === reference?.plan.id ? newest.report : undefined;
  }

  get plan(): CountingPlan | undefined {
    return this.#reference?.plan;
  }

  set settings(own: ModelDriftSettings) {
    this.#own = own;
  }

  /**
   * Adds what was seen until `now`; counts by another plan are ignored. Throws `data.malformed` for counts
   * that don't fit.
   */
  add(seen: SeenFeatures, now: number): void {
    if ('plan' in seen) {
      if (seen.plan === this.plan?.id) this.#addCounts(seen.counts);
    } else if (this.plan) this.#addCounts(countColumns(this.plan, seen.columns));
    else {
      this.#columns = joined(this.#columns, seen.columns);
      this.#rows = rowsOf(this.#columns);
    }
    if (this.#rows === 0 || this.#from !== undefined) return;
    // Windows begin at whole multiples of their length: at full hours, or days.
    this.#from = this.#reference ? floor(now, this.#settings.every) : now;
  }

  /** Adds counts made elsewhere. If their plan differs, the reference is dropped and gathered again. */
  addCounted({ plan, counts, from, to }: CountedElsewhere): void {
    const before = this.plan ?? this.#gathered;
    if (before && before.id !== plan.id) this.refer(undefined);
    if (!this.#reference) this.#gathered = plan;
    this.#addCounts(counts);
    this.#counted = to;
    if (this.#rows > 0) this.#from ??= this.#reference ? floor(to, this.#settings.every) : from;
  }

  /** Earliest end of the open window, ms since 1970; undefined if none is open. */
  get end(): number | undefined {
    return this.#reference && this.#from !== undefined ? this.#from + this.#settings.every : undefined;
  }

  /** Returns a reference from the gathered rows, once there are enough. */
  gathered(now: number): DriftReference | undefined {
    if (this.#reference || this.#rows < this.#standard.reference) return undefined;
    if (this.#gathered) return this.#countedReference(this.#gathered, now);
    return this.referenceOf(this.#columns, 'traffic', now);
  }

  #countedReference(plan: CountingPlan, now: number): DriftReference {
    const { model, version } = this;
    const rows = this.#rows;
    const [from, to] = [this.#from ?? now, this.#after(now)];
    return { model, version, plan, counts: this.#counts, origin: 'traffic', rows, from, to };
  }

  /** Returns the end of a span that ends now: after all counts made elsewhere. */
  #after(now: number): number {
    return this.#counted === undefined ? now : Math.max(now, this.#counted + 1);
  }

  /**
   * Makes a reference of a sample. Throws `request.invalid` if it has no values, or none of the version's
   * known features.
   */
  referenceOf(columns: FeatureColumns, origin: 'traffic' | 'sample', now: number): DriftReference {
    const { model, version } = this;
    // Unique each time, even after a restart.
    const plan = planOf(`${now}.${this.#number}`, columns);
    if (Object.keys(plan.features).length === 0)
      throw new MurmurationError('request.invalid', 'The sample holds no value of any feature.');
    const known = Object.keys(this.plan?.features ?? this.#columns);
    if (known.length > 0 && !known.some(name => Object.hasOwn(plan.features, name)))
      throw new MurmurationError(
        'request.invalid',
        `The sample has none of the features of the version: ${known.slice(0, maxErrorFeatures).join(', ')}${known.length > maxErrorFeatures ? ', …' : ''}.`,
      );
    const from = (origin === 'traffic' ? this.#from : undefined) ?? now;
    const counts = countReference(plan, columns);
    return { model, version, plan, counts, origin, rows: rowsOf(columns), from, to: now };
  }

  /** Compares with another reference from now on; undefined: gathers one. */
  refer(reference: DriftReference | undefined): void {
    this.#reference = reference;
    this.#last = undefined;
    this.#begin();
  }

  /** Returns the open window with its comparison, once it is long and full enough. */
  window(now: number, performance: readonly PerformanceInput[]): DriftWindow | undefined {
    const { every, atLeast } = this.#settings;
    const [reference, from, end] = [this.#reference, this.#from, this.end];
    if (!reference || from === undefined || end === undefined) return undefined;
    if (now < end || this.#rows < atLeast) return undefined;
    const to = Math.max(end, floor(now, every), this.#after(0));
    const { model, version } = this;
    return {
      model,
      version,
      number: this.#number + 1,
      from,
      to,
      rows: this.#rows,
      plan: reference.plan.id,
      counts: this.#counts,
      report: this.#report(reference, to, performance),
    };
  }

  /** Begins the next window after one was stored. */
  close({ number, report }: DriftWindow): void {
    this.#number = number;
    this.#last = report;
    this.#begin();
  }

  get state(): DriftState {
    const { model, version } = this;
    const [reference, from] = [this.#reference, this.#from];
    const { atLeast } = this.#settings;
    return {
      model,
      version,
      reference: reference && withoutCounts(reference),
      rows: this.#rows,
      needed: reference ? atLeast : this.#standard.reference,
      from,
      until: this.end,
      last: this.#last,
    };
  }

  get #settings(): DriftSettings & ModelDriftSettings {
    return { ...this.#standard, ...this.#own };
  }

  #begin(): void {
    this.#columns = {};
    this.#gathered = undefined;
    this.#counted = undefined;
    this.#counts = {};
    this.#rows = 0;
    this.#from = undefined;
  }

  #addCounts(counts: Counts): void {
    const sums = Object.entries((this.plan ?? this.#gathered)?.features ?? {}).map(([name, { bins }]) => {
      const before = ownOf(this.#counts, name) ?? emptyWindow(bins);
      const added = ownOf(counts, name);
      return [name, added ? addWindows(before, added) : before] as const;
    });
    this.#counts = Object.fromEntries(sums);
    const rows = sums.map(([, { counts: bins, missing, unreadable }]) =>
      bins.reduce((sum, count) => sum + count, missing + unreadable),
    );
    this.#rows = Math.max(0, ...rows);
  }

  #report(
    { plan, counts }: DriftReference,
    at: number,
    performance: readonly PerformanceInput[],
  ): DriftReport {
    const { test, threshold, features = {}, correction, share, expected = [] } = this.#settings;
    const counted = Object.entries(plan.features).map(([name, { role, bins }]): CountedFeature => {
      const own = ownOf(features, name);
      const empty = emptyWindow(bins);
      // A threshold applies only to the test that it was set for.
      const isOther = own?.test !== undefined && own.test !== test;
      return {
        name,
        role,
        bins,
        reference: ownOf(counts, name) ?? empty,
        current: ownOf(this.#counts, name) ?? empty,
        test: own?.test ?? test,
        threshold: own?.threshold ?? (isOther ? undefined : (threshold ?? undefined)),
      };
    });
    return windowReport(counted, {
      title: `${this.model}, version ${this.version}`,
      at,
      correction,
      share,
      expected,
      before: this.#last ? [this.#last] : [],
      performance,
    });
  }
}

function withoutCounts({ plan: _, counts: __, ...reference }: DriftReference): DriftState['reference'] {
  return reference;
}

function floor(time: number, unit: number): number {
  return Math.floor(time / unit) * unit;
}

function rowsOf(columns: FeatureColumns): number {
  return Math.max(0, ...Object.values(columns).map(({ cells }) => cells.length));
}

/** Joins the values of both by feature. */
function joined(a: FeatureColumns, b: FeatureColumns): FeatureColumns {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    Array.from(names, name => {
      const both = [ownOf(a, name), ownOf(b, name)].filter(each => each !== undefined);
      const cells = both.flatMap(each => each.cells);
      return [name, { role: both[0]!.role, cells }];
    }),
  );
}
