import type { Column } from '../samples/sample.ts';
import type { TestName } from '../two-sample/tests.ts';

export type FeatureKind = 'numbers' | 'categories' | 'text';

/** Column, or a function that reads it when it is needed, to keep fewer columns in memory. */
export type ColumnSource = Column | (() => Column);

/** Reference and current values of a feature, prediction or target. */
export interface FeatureInput {
  readonly name: string;
  /**
   * Kind of the column. By default `numbers` if most values are numbers, else `categories`; `text` must be
   * set.
   */
  readonly kind?: FeatureKind;
  /** Role of the column, shown beside its name. */
  readonly role?: 'feature' | 'prediction' | 'target';
  readonly reference: ColumnSource;
  readonly current: ColumnSource;
  /** Name of a test that replaces the default one. */
  readonly test?: TestName;
  /** Threshold that replaces the test's own. */
  readonly threshold?: number;
}

/** Number of a column's first values that decide its kind. */
const looked = 1_000;

export function columnOf(source: ColumnSource): Column {
  return typeof source === 'function' ? source() : source;
}

/** Returns the default kind of a column. */
export function kindOf(column: Column): FeatureKind {
  if (!Array.isArray(column)) return 'numbers';
  let numbers = 0;
  let others = 0;
  for (let at = 0; at < column.length && at < looked; at++) {
    const cell = column[at];
    if (typeof cell === 'number') numbers += Number(!Number.isNaN(cell));
    else if (cell !== null && cell !== undefined) others += 1;
  }
  return numbers > others ? 'numbers' : 'categories';
}
