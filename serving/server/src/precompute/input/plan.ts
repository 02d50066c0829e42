import { describeSpecs, type TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PrecomputeJob } from '../job/job.ts';

/** Input of the model, with the cells that make it up. */
export interface PlannedInput {
  readonly spec: TensorSpec;
  /**
   * Places in `InputPlan.columns`. With one, its cell is the whole input of a row; with several, each cell
   * is a number of it.
   */
  readonly cells: readonly number[];
}

/** Mapping from a record to a row. */
export interface InputPlan {
  /** Columns that are needed, the key first. */
  readonly columns: readonly string[];
  readonly inputs: readonly PlannedInput[];
}

/**
 * Plans how records with the columns `there` become the inputs that `specs` describes. Throws `data.column`
 * if a column is missing, and `config.invalid` if the columns don't fit the model.
 */
export function planOf(
  specs: readonly TensorSpec[],
  { key, columns: chosen }: Pick<PrecomputeJob, 'key' | 'columns'>,
  there: readonly string[],
): InputPlan {
  // A map, since a table may have tens of thousands of columns.
  const places = new Map([[key, 0]]);
  const at = (column: string) => {
    const place = places.get(column) ?? places.size;
    places.set(column, place);
    return place;
  };
  for (const name of Object.keys(chosen))
    if (!specs.some(spec => spec.name === name))
      throw new MurmurationError(
        'config.invalid',
        `The field columns names the input "${name}"; the model takes ${describeSpecs(specs)}.`,
      );
  requireColumn(key, there);
  const others = there.filter(column => column !== key);
  const inputs = specs.map((spec): PlannedInput => {
    const { name, shape } = spec;
    if (shape[0] !== -1)
      throw new MurmurationError(
        'config.invalid',
        `The model takes no rows: its input is ${describeSpecs([spec])}, whose first dimension is not -1.`,
      );
    const own = Object.hasOwn(chosen, name) ? chosen[name] : undefined;
    if (own !== undefined) {
      const named = typeof own === 'string' ? [own] : own;
      for (const column of named) requireColumn(column, there);
      if (Array.isArray(own)) requireWidth(spec, own.length);
      return { spec, cells: named.map(at) };
    }
    if (there.includes(name)) return { spec, cells: [at(name)] };
    if (specs.length === 1 && shape.length === 2 && (shape[1] === others.length || shape[1] === -1))
      return { spec, cells: others.map(at) };
    if (specs.length === 1 && others.length === 1) return { spec, cells: others.map(at) };
    throw new MurmurationError(
      'data.column',
      `No column is the input "${name}": there are ${list(there)}, and the model takes ${describeSpecs(specs)}. The field columns of the job says which are which.`,
    );
  });
  return { columns: [...places.keys()], inputs };
}

function requireColumn(column: string, there: readonly string[]): void {
  if (there.includes(column)) return;
  throw new MurmurationError('data.column', `There is no column "${column}"; there are ${list(there)}.`);
}

function requireWidth({ name, shape }: TensorSpec, width: number): void {
  if (shape.length === 2 && (shape[1] === -1 || shape[1] === width)) return;
  throw new MurmurationError(
    'config.invalid',
    `The field columns gives the input "${name}" ${width} columns; the model takes [${shape.join(', ')}].`,
  );
}

function list(columns: readonly string[]): string {
  const shown = columns.slice(0, 20).map(column => `"${column.slice(0, 100)}"`);
  return `${shown.join(', ')}${columns.length > 20 ? ', …' : ''}`;
}
