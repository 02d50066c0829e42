import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { LoadedModel, RunOptions } from '../inference/loaded-model.ts';
import { refuseInput } from './intermediates.ts';

/**
 * Turns one row of numbers, or one sequence, into the input of a model. Throws `inference.input`, without
 * quoting the numbers, if the model does not take them.
 */
export function rowInput(
  { inputs: [spec, ...others], takesLengths }: Pick<LoadedModel, 'inputs' | 'takesLengths'>,
  row: readonly number[],
): { readonly inputs: readonly Tensor[] } & Pick<RunOptions, 'lengths'> {
  const [, ...form] = spec?.shape ?? [];
  const isSequence = form.length === 1 && (takesLengths || form[0] === -1);
  const shape = [1, ...(isSequence ? [row.length] : form)];
  const isWhole = spec?.datatype === 'INT32';
  if (!spec || others.length > 0 || sizeOf(shape) !== row.length || (isWhole && !row.every(Number.isInteger)))
    refuseInput(`The model does not take a row of ${row.length} such numbers.`);
  const data = isWhole ? Int32Array.from(row) : Float32Array.from(row);
  return { inputs: [{ ...spec, shape, data }], ...(isSequence && { lengths: [row.length] }) };
}
