import type { DriftReport, PerformanceInput } from '@murmuration/monitoring/report/drift-report';
import { type CountedFeature, windowReport } from '@murmuration/monitoring/report/window-report';
import { addWindows, emptyWindow } from '@murmuration/monitoring/windows/feature-window';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DriftSettings, ModelDriftSettings } from '../settings.ts';
import {
  type Columns,
  type CountedElsewhere,
  type CountingPlan,
  type Counts,
  countColumns,
  countReference,
  ownOf,
  planOf,
} from './counting-plan.ts';
import type { DriftReference, DriftWindow } from './drift-store.ts';
import type { SeenFeatures } from './feature-tally.ts';

/** How far a version is. */
export interface DriftState {
  readonly model: string;
  readonly version: string;
  /** undefined: it is gathered. */
  readonly reference: Omit<DriftReference, 'plan' | 'counts'> | undefined;
  /** Rows that were gathered for a reference, or are in the window that is open. */
  readonly rows: number;
  /** Rows that this takes. */
  readonly needed: number;
  /** ms since 1970, since when. */
  readonly from: number | undefined;
  /** ms since 1970, before which the window stays open; undefined while a reference is gathered. */
  readonly until: number | undefined;
  /** Of the newest window that was counted for the reference. */
  readonly last: DriftReport | undefined;
}

/** What was read of a version from a store. */
export interface StoredVersion {
  readonly settings: ModelDriftSettings;
  readonly reference: DriftReference | undefined;
  readonly newest: DriftWindow | undefined;
}

/** Features that an error names. */
const mostNamed = 10;

/** One version: its reference, and the window that is open. */
export class WatchedVersion {
  readonly model: string;
  readonly version: string;
  readonly #standard: DriftSettings;
  #own: ModelDriftSettings;
  #reference: DriftReference | undefined;
  /** Values, until there are enough for a reference. */
  #columns: Columns = {};
  /** By what counts are gathered for a reference, where they were counted elsewhere. */
  #gathered: CountingPlan | undefined;
  /** ms since 1970 of the end of what was counted elsewhere last. */
  #counted: number | undefined;
  #counts: Counts = {};
  #rows = 0;
  /** ms since 1970 of the first of these rows. */
  #from: number | undefined;
  /** Of the newest window. */
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

  /** Takes what was seen until `now`. What was counted by another plan is left out. Throws `data.malformed` for counts that don't fit. */
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

  /** Takes what was counted elsewhere. What is counted by other bins than before is compared with nothing before. */
  addCounted({ plan, counts, from, to }: CountedElsewhere): void {
    const before = this.plan ?? this.#gathered;
    if (before && before.id !== plan.id) this.refer(undefined);
    if (!this.#reference) this.#gathered = plan;
    this.#addCounts(counts);
    this.#counted = to;
    if (this.#rows > 0) this.#from ??= this.#reference ? floor(to, this.#settings.every) : from;
  }

  /** ms since 1970, at which the window that is open is long enough; undefined: none is open. */
  get end(): number | undefined {
    return this.#reference && this.#from !== undefined ? this.#from + this.#settings.every : undefined;
  }

  /** A reference of what was gathered, once that is enough. */
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

  /** The end of what ends now: after all that was counted elsewhere. */
  #after(now: number): number {
    return this.#counted === undefined ? now : Math.max(now, this.#counted + 1);
  }

  /** A reference of a sample. Throws `request.invalid` for one without values, or without any feature that the version is known to have. */
  referenceOf(columns: Columns, origin: 'traffic' | 'sample', now: number): DriftReference {
    const { model, version } = this;
    // Another one each time, also after a restart.
    const plan = planOf(`${now}.${this.#number}`, columns);
    if (Object.keys(plan.features).length === 0)
      throw new MurmurationError('request.invalid', 'The sample holds no value of any feature.');
    const known = Object.keys(this.plan?.features ?? this.#columns);
    if (known.length > 0 && !known.some(name => Object.hasOwn(plan.features, name)))
      throw new MurmurationError(
        'request.invalid',
        `The sample has none of the features of the version: ${known.slice(0, mostNamed).join(', ')}${known.length > mostNamed ? ', …' : ''}.`,
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

  /** The window that is open, compared, once it is long and full enough. */
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

  /** Goes on after a window that was kept. */
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
      // A threshold belongs to the test that it was set for.
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

function rowsOf(columns: Columns): number {
  return Math.max(0, ...Object.values(columns).map(({ cells }) => cells.length));
}

/** The values of both; features that one of them lacks are those of the other. */
function joined(a: Columns, b: Columns): Columns {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    Array.from(names, name => {
      const both = [ownOf(a, name), ownOf(b, name)].filter(each => each !== undefined);
      const cells = both.flatMap(each => each.cells);
      return [name, { role: both[0]!.role, cells }];
    }),
  );
}
