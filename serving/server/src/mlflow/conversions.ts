import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import { refuseInput, type Tensor, type TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { isObject } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Conversion } from '../conversion/converter.ts';
import { tensorsFromColumns, tensorsFromRows } from '../tf-serving/tensors.ts';
import { readCsv } from './csv.ts';
import { tableOfRecords, tableOfSplit, tensorsFromTable } from './frame.ts';

type Read = (specs: readonly TensorSpec[], value: unknown, most: number) => readonly Tensor[];

const forms: Readonly<Record<string, Read>> = {
  dataframe_split: (specs, value, most) => tensorsFromTable(specs, tableOfSplit(value), most),
  dataframe_records: (specs, value, most) => tensorsFromTable(specs, tableOfRecords(value), most),
  instances: tensorsFromRows,
  inputs: tensorsFromColumns,
};

interface Asked {
  readonly body: Buffer;
  readonly isCsv: boolean;
  readonly specs: readonly TensorSpec[];
  readonly elements: number;
}

interface Inputs {
  readonly inputs: readonly Tensor[];
}

/**
 * Reads the body of a request as tensors by `specs`. Throws `inference.input` and `inference.unsupported`.
 */
export const readMlflow: Conversion<Asked, Inputs> = { name: 'readMlflow', run: read };

function read({ body, isCsv, specs, elements }: Asked): Inputs {
  if (isCsv) return { inputs: tensorsFromTable(specs, readCsv(body.toString('utf8'), elements), elements) };
  const wide = specs.some(({ datatype }) => datatype.endsWith('INT64'));
  const json = parseJson(body.toString('utf8'), { wide, notFinite: true, most: elements });
  if (!isObject(json)) refuseInput('The body is no JSON object.');
  const names = Object.keys(forms);
  const given = names.filter(name => json[name] !== undefined);
  const [form] = given;
  if (form === undefined || given.length > 1)
    refuseInput(`The body has one of ${names.join(', ')}; found ${given.join(', ') || 'none'}.`);
  if (isObject(json.params) && Object.keys(json.params).length > 0)
    throw new MurmurationError('inference.unsupported', 'The models of this server take no params.');
  return { inputs: (forms[form] as Read)(specs, json[form], elements) };
}
