import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { LoadedModel, RunOptions } from '../inference/loaded-model.ts';
import { logitsOf } from '../models/outputs.ts';
import * as tf from '../tfjs/tf.ts';
import { maxKeptValues, refuseAnswer, refuseInput, valuesWithin } from './intermediates.ts';

const dtypeOf = { FP32: 'float32', INT32: 'int32', BOOL: 'bool' } as const;

/** Model on the operations of tfjs, which answers large requests in parts that fit its memory. */
export class GenericModel implements LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly bytes: number;
  readonly engine: string;
  readonly takesLengths = false;
  readonly #model: tf.LayersModel;
  readonly #tokens: number | undefined;
  /** True if its one input is looked up, whatever numbers the input holds. */
  readonly #isOverTokens: boolean;
  /** True if each row is answered independently, so that requests can be split. */
  readonly #isByRows: boolean;

  constructor(
    model: tf.LayersModel,
    { inputs, outputs }: Pick<LoadedModel, 'inputs' | 'outputs'>,
    reason: string,
  ) {
    this.#model = model;
    this.inputs = inputs;
    this.outputs = outputs;
    this.bytes = 4 * model.countParams();
    this.#isByRows = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
    this.engine = `tfjs (${tf.getBackend()}): ${reason}`;
    // Not every backend reports a lookup beyond the table as an error.
    const lookup = model.layers.find(layer => layer.getClassName() === 'Embedding');
    this.#tokens = lookup && (lookup.getConfig().inputDim as number);
    this.#isOverTokens = lookup?.inboundNodes[0]?.inputTensors[0] === model.inputs[0] && inputs.length === 1;
  }

  async run(inputs: readonly Tensor[], { logits }: RunOptions = {}): Promise<readonly Tensor[]> {
    for (const input of inputs) this.#check(input);
    const rows = this.#isByRows ? (inputs[0]?.shape[0] ?? 1) : 1;
    const [one] = inRows(inputs, this.#isByRows ? 1 : 0);
    const kept = valuesWithin(
      this.#model,
      one!.map(({ shape }) => shape as number[]),
    );
    if (kept > maxKeptValues)
      refuseInput(
        `For such a${this.#isByRows ? ' row' : 'n input'} the model would keep ${kept} values at a time; ${maxKeptValues} are the most. Ask with a shorter one.`,
      );
    const atOnce = Math.floor(maxKeptValues / kept);
    if (rows <= atOnce) return this.#runAtOnce(inputs, logits);
    const parts: (readonly Tensor[])[] = [];
    let values = 0;
    for (const part of inRows(inputs, atOnce)) {
      const outputs = await this.#runAtOnce(part, logits);
      parts.push(outputs);
      values += outputs.reduce((sum, { data }) => sum + data.length, 0);
      if (values > maxKeptValues) refuseAnswer('the request', values);
    }
    return parts[0]!.map((_, output) => joined(parts.map(part => part[output]!)));
  }

  async #runAtOnce(inputs: readonly Tensor[], logits = false): Promise<readonly Tensor[]> {
    const asked = tf.tidy(() => {
      const tensors = inputs.map(({ data, shape, datatype }) =>
        tf.tensor(data as Float32Array, shape as number[], dtypeOf[datatype as keyof typeof dtypeOf]),
      );
      const one = tensors.length === 1 ? (tensors[0] as tf.Tensor) : undefined;
      const results =
        logits && one && this.outputs.length === 1
          ? logitsOf(this.#model)(one)
          : this.#model.apply(one ?? tensors);
      return (Array.isArray(results) ? results : [results]) as tf.Tensor[];
    });
    try {
      const outputs: Tensor[] = [];
      for (const [index, tensor] of asked.entries()) {
        const { name, datatype } = this.outputs[index] as TensorSpec;
        outputs.push({ name, datatype, shape: tensor.shape, data: (await tensor.data()).slice() });
      }
      return outputs;
    } catch (error) {
      throw new MurmurationError('model.unusable', `The model does not run: ${messageOf(error)}`, {
        cause: error,
      });
    } finally {
      tf.dispose(asked);
    }
  }

  #check({ name, datatype, shape, data }: Tensor): void {
    if (sizeOf(shape) === 0) refuseInput(`The tensor "${name}" is empty; the model takes one row at least.`);
    const tokens = this.#tokens;
    if (tokens === undefined || (datatype !== 'INT32' && !this.#isOverTokens)) return;
    for (const token of data as Int32Array)
      if (!Number.isInteger(token) || token < 0 || token >= tokens)
        refuseInput(`The tensor "${name}" holds ${token}; the model knows 0 to ${tokens - 1}.`);
  }

  async close(): Promise<void> {
    this.#model.dispose();
  }
}

/** Splits inputs into parts of at most `atOnce` rows; 0 keeps them whole. */
function* inRows(inputs: readonly Tensor[], atOnce: number): Generator<readonly Tensor[]> {
  const rows = inputs[0]?.shape[0] ?? 1;
  if (atOnce === 0) yield inputs;
  else
    for (let from = 0; from < rows; from += atOnce) {
      const count = Math.min(atOnce, rows - from);
      yield inputs.map(({ shape: [, ...row], data, ...input }) => {
        const size = sizeOf(row);
        const own = (data as Float32Array).subarray(from * size, (from + count) * size);
        return { ...input, shape: [count, ...row], data: own };
      });
    }
}

/** Concatenates the rows of tensors. */
function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor];
  const all = parts.map(({ data }) => data as Float32Array);
  const Values = first.data.constructor as Float32ArrayConstructor;
  const data = new Values(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    data.set(part, at);
    at += part.length;
  }
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { ...first, shape: [rows, ...first.shape.slice(1)], data };
}
