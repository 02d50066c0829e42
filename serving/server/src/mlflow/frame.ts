import {
  describeSpecs,
  refuseInput,
  type Tensor,
  type TensorSpec,
} from '@murmuration/inference-client/tensors/tensor';
import { isObject } from '@murmuration/protocol/encoding/json';
import { tensorFromNested } from '../tensors/nested-json.ts';
import type { Table } from './csv.ts';

/** Returns the table of `dataframe_split`: `{"columns": […], "data": [[…], …]}`. Throws `inference.input`. */
export function tableOfSplit(value: unknown): Table {
  if (!isObject(value)) refuseInput('"dataframe_split" is an object with columns and data.');
  const { columns, data } = value;
  if (!Array.isArray(columns) || !columns.every(column => typeof column === 'string'))
    refuseInput('The columns of "dataframe_split" are a list of names.');
  if (!Array.isArray(data)) refuseInput('The data of "dataframe_split" are a list of rows.');
  for (const row of data)
    if (!Array.isArray(row) || row.length !== columns.length)
      refuseInput(`Each row of "dataframe_split" has one value for each of its ${columns.length} columns.`);
  return { columns, rows: data };
}

/** Returns the table of `dataframe_records`: an object for each row. Throws `inference.input`. */
export function tableOfRecords(value: unknown): Table {
  if (!Array.isArray(value) || !value.every(isObject))
    refuseInput('"dataframe_records" is a list of objects.');
  const columns = Object.keys(value[0] ?? {});
  const rows = value.map(record => {
    if (Object.keys(record).length !== columns.length)
      refuseInput(`Each record has the columns ${columns.join(', ')}.`);
    return columns.map(column => {
      if (!Object.hasOwn(record, column)) refuseInput(`A record lacks the column "${column}".`);
      return record[column];
    });
  });
  return { columns, rows };
}

/**
 * Makes a model's inputs from a table: from the columns of the same names, or, if the model has one input
 * with as many features as there are columns, from the rows. Throws `inference.input`.
 */
export function tensorsFromTable(
  specs: readonly TensorSpec[],
  { columns, rows }: Table,
  most: number,
): readonly Tensor[] {
  if (rows.length === 0) refuseInput('The table has no rows.');
  const [spec] = specs;
  const isNamed = specs.every(({ name }) => columns.includes(name));
  if (isNamed && columns.length === specs.length) {
    return specs.map(each => {
      const at = columns.indexOf(each.name);
      // A column of single values makes one feature.
      const values = rows.map(row =>
        each.shape.length === 2 && !Array.isArray(row[at]) ? [row[at]] : row[at],
      );
      return tensorFromNested(each, values, most);
    });
  }
  const width = spec?.shape[1];
  if (spec && specs.length === 1 && spec.shape.length === 2 && (width === -1 || width === columns.length))
    return [tensorFromNested(spec, rows, most)];
  return refuseInput(
    `The columns ${columns.join(', ')} do not fit the model; it takes ${describeSpecs(specs)}.`,
  );
}
