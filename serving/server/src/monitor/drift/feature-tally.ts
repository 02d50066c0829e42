import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { Cell } from '@murmuration/monitoring/samples/sample';
import { WindowCounter } from '@murmuration/monitoring/windows/feature-window';
import type { RowGuess } from '../prediction.ts';
import type { CountingPlan, Counts, FeatureColumns } from './counting-plan.ts';
import { type FeatureReader, type FeatureRole, mostColumns, type VisitRow } from './features.ts';

/** Features of one version seen in a window: values if there is no plan yet, else counts. Plain data. */
export type SeenFeatures = {
  readonly model: string;
  readonly version: string;
  /** Number of requests; each may have several rows. */
  readonly requests: number;
} & ({ readonly columns: FeatureColumns } | { readonly plan: string; readonly counts: Counts });

/** Maximum values of a feature in one window, without a plan. */
export const maxCells = 2_000;
/** Maximum features of a version. */
export const mostFeatures = mostColumns + 20;

/** Collects the features of one version. */
export class FeatureTally {
  readonly #reader: FeatureReader;
  readonly #plan: CountingPlan | undefined;
  readonly #counters = new Map<string, WindowCounter>();
  /** Counters by list of names, so that no value needs a lookup by name. */
  readonly #rows = new WeakMap<readonly string[], readonly (WindowCounter | undefined)[]>();
  readonly #columns = new Map<string, { role: FeatureRole; cells: Cell[] }>();
  #requests = 0;

  /** Makes a tally; without a plan, it keeps values. */
  constructor(reader: FeatureReader, plan: CountingPlan | undefined) {
    this.#reader = reader;
    this.#plan = plan;
    for (const [name, { bins }] of Object.entries(plan?.features ?? {}))
      this.#counters.set(name, new WindowCounter(bins));
  }

  add(inputs: readonly Tensor[], guesses: readonly RowGuess[]): void {
    this.#requests += 1;
    if (this.#plan) this.#reader.read(inputs, guesses, this.#count, this.#countRow);
    else this.#reader.read(inputs, guesses, this.#keep);
  }

  /** Returns what was seen since the last call; undefined if nothing. */
  take(model: string, version: string): SeenFeatures | undefined {
    const requests = this.#requests;
    if (requests === 0) return undefined;
    this.#requests = 0;
    const seen = { model, version, requests };
    if (this.#plan) {
      const counts = Object.fromEntries(Array.from(this.#counters, ([name, each]) => [name, each.take()]));
      return { ...seen, plan: this.#plan.id, counts };
    }
    const columns = Object.fromEntries(this.#columns);
    this.#columns.clear();
    return { ...seen, columns };
  }

  readonly #count = (name: string, _role: FeatureRole, cell: Cell): void => {
    this.#counters.get(name)?.add(cell);
  };

  readonly #countRow: VisitRow = (names, values, from) => {
    let counters = this.#rows.get(names);
    if (!counters) {
      counters = names.map(name => this.#counters.get(name));
      this.#rows.set(names, counters);
    }
    for (let column = 0; column < counters.length; column++)
      counters[column]?.add(Number(values[from + column]));
  };

  readonly #keep = (name: string, role: FeatureRole, cell: Cell): void => {
    let column = this.#columns.get(name);
    if (!column) {
      if (this.#columns.size >= mostFeatures) return;
      column = { role, cells: [] };
      this.#columns.set(name, column);
    }
    if (column.cells.length < maxCells) column.cells.push(cell);
  };
}
