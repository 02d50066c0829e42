import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type * as tf from '../tfjs/tf.ts';

/** Most values that a model keeps at a time, 256 MiB of float32. */
export const maxKeptValues = 2 ** 26;
/** Most steps of one row. */
export const maxRowSteps = 65_536;

/** Layers that go through the steps of a row one by one, each with tensors of its own. */
const overSteps = new Set([
  'RNN',
  'SimpleRNN',
  'GRU',
  'LSTM',
  'ConvLSTM2D',
  'Bidirectional',
  'TimeDistributed',
]);

/** Model, or a nested model, in the order of execution of TensorFlow.js. */
interface Container {
  readonly inputs: readonly tf.SymbolicTensor[];
  readonly nodesByDepth: Readonly<
    Record<
      string,
      readonly {
        readonly outboundLayer: tf.layers.Layer;
        readonly inputTensors: readonly tf.SymbolicTensor[];
        readonly outputTensors: readonly tf.SymbolicTensor[];
      }[]
    >
  >;
}

/**
 * Number of values that the layers of a model compute for inputs of these shapes; all of them are kept until
 * it has answered. Throws `inference.input` for more than 65,536 steps of a row.
 */
export function valuesWithin({ inputs, nodesByDepth }: Container, shapes: readonly tf.Shape[]): number {
  /** Shapes by the id of the tensor. */
  const known = new Map(inputs.map(({ id }, index) => [id, shapes[index] ?? []]));
  const depths = Object.keys(nodesByDepth)
    .map(Number)
    .sort((a, b) => b - a);
  let sum = 0;
  for (const node of depths.flatMap(depth => nodesByDepth[depth] ?? [])) {
    const { outboundLayer: layer, inputTensors, outputTensors } = node;
    if (layer.getClassName() === 'InputLayer') continue;
    const given = inputTensors.map(({ id }) => known.get(id) ?? []);
    const steps = given[0]?.[1] ?? 1;
    if (overSteps.has(layer.getClassName()) && steps > maxRowSteps)
      refuseInput(
        `The layer ${layer.name} of the model would take ${steps} steps; ${maxRowSteps} are the most.`,
      );
    const shape = layer.computeOutputShape(given.length === 1 ? given[0]! : given);
    const out = (Array.isArray(shape[0]) ? shape : [shape]) as number[][];
    for (const [index, { id }] of outputTensors.entries()) known.set(id, out[index] ?? []);
    sum +=
      'nodesByDepth' in layer
        ? valuesWithin(layer as unknown as Container, given)
        : out.reduce((values, each) => values + sizeOf(each), 0);
  }
  return sum;
}

export function refuseInput(detail: string): never {
  throw new MurmurationError('inference.input', detail);
}

export function refuseAnswer(to: string, values: number): never {
  refuseInput(
    `The answer to ${to} would have ${values} values; ${maxKeptValues} are the most. Ask with fewer rows.`,
  );
}
