import type { Column } from '../samples/sample.ts';
import type { TestName } from '../two-sample/tests.ts';

export type FeatureKind = 'numbers' | 'categories' | 'text';

/** A column, or what reads it when its turn comes, so that not all have to be in memory. */
export type ColumnSource = Column | (() => Column);

/** A feature, prediction or target as it was and as it is. */
export interface FeatureInput {
  readonly name: string;
  /** By default `numbers` where most values are, else `categories`; text is compared as text only where it says so. */
  readonly kind?: FeatureKind;
  /** What the column is: shown beside its name. */
  readonly role?: 'feature' | 'prediction' | 'target';
  readonly reference: ColumnSource;
  readonly current: ColumnSource;
  /** In place of the default one. */
  readonly test?: TestName;
  /** In place of the test's own. */
  readonly threshold?: number;
}

/** How many of a column's first values decide what kind it is. */
const looked = 1_000;

export function columnOf(source: ColumnSource): Column {
  return typeof source === 'function' ? source() : source;
}

/** What a column without a kind is taken as. */
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
