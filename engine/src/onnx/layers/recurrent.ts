import { activationName } from '../activations.ts';
import { type Attributes, floats, int, string, strings } from '../graph.ts';
import { inputOf, type LayerCall, type LayerWriter, refuse, type Weight, weightOf } from '../layer-call.ts';
import { type Operand, transposed } from '../values.ts';
import { turned } from './dense.ts';

/** Activations inside ONNX's recurrent nodes, with their parameters. */
const cellActivations: Readonly<
  Record<string, { readonly name: string; readonly alpha?: number; readonly beta?: number }>
> = {
  tanh: { name: 'Tanh' },
  sigmoid: { name: 'Sigmoid' },
  hardSigmoid: { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 },
  relu: { name: 'Relu' },
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  elu: { name: 'Elu', alpha: 1 },
  softsign: { name: 'Softsign' },
  softplus: { name: 'Softplus' },
};

/** Mapping of a layer's gates to those of ONNX. */
interface Cell {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  /** Place in tfjs of each gate of ONNX. */
  readonly gates: readonly number[];
  /** Activations that ONNX wants, in its order, each that of gates or of states. */
  readonly activations: readonly ('gates' | 'states')[];
}

/** Writes an LSTM; ONNX has the gates i, o, f, c, tfjs i, f, c, o. */
export const lstm: LayerWriter = call =>
  recurrent(call, { op: 'LSTM', gates: [0, 3, 1, 2], activations: ['gates', 'states', 'states'] });

/**
 * Writes a GRU; both have the gates z, r, h. With `resetAfter`, the reset gate multiplies the product with
 * the state and its own bias (Keras's `reset_after`).
 */
export const gru: LayerWriter = call =>
  recurrent(call, { op: 'GRU', gates: [0, 1, 2], activations: ['gates', 'states'] });

export const simpleRnn: LayerWriter = call =>
  recurrent(call, { op: 'RNN', gates: [0], activations: ['states'] });

function recurrent(call: LayerCall, { op, gates, activations }: Cell): Operand {
  const { graph, config, name, shape } = call;
  const input = inputOf(call, 'last');
  for (const option of ['goBackwards', 'stateful', 'returnState'])
    if (config[option]) refuse(call, `uses ${option}`);
  if (input.masked) refuse(call, 'passes over padding (maskZero)');
  const units = config.units as number;
  const kernel = gateRows(weightOf(call, 0), gates, units);
  const own = gateRows(weightOf(call, 1), gates, units);
  const bias = config.useBias === false ? undefined : gateBiases(weightOf(call, 2), gates, units);
  // Steps come first in ONNX's recurrent nodes.
  const steps = turned(call, input.name, [1, 0, 2]);
  const output = config.returnSequences === true ? 0 : 1;
  const states = graph.add(
    op,
    [
      steps,
      graph.matrix(`${name}_kernel`, kernel.values, kernel.shape, 1).asFloat(),
      graph.matrix(`${name}_recurrent`, own.values, own.shape, 1).asFloat(),
      ...(bias ? [graph.vector(`${name}_bias`, bias, [1, bias.length])] : []),
    ],
    {
      hidden_size: int(units),
      direction: string('forward'),
      ...activationsOf(call, activations),
      ...(op === 'GRU' && { linear_before_reset: int(config.resetAfter === true ? 1 : 0) }),
    },
    { wanted: name, output },
  );
  if (output === 1)
    return { ...input, name: graph.add('Squeeze', [states, graph.integers([0])]), shape, masked: false };
  const squeezed = graph.add('Squeeze', [states, graph.integers([1])]);
  return { ...input, name: turned(call, squeezed, [1, 0, 2]), shape };
}

/** Rearranges `[rows, gates · units]` to `[1, gates · units, rows]`, gates in the order of ONNX. */
function gateRows({ values, shape }: Weight, gates: readonly number[], units: number): Weight {
  const [rows = 0, width = 0] = shape;
  const columns = transposed(values, [rows, width], [1, 0]);
  const result = new Float32Array(columns.length);
  const block = units * rows;
  for (const [to, from] of gates.entries())
    result.set(columns.subarray(from * block, (from + 1) * block), to * block);
  return { values: result, shape: [1, width, rows] };
}

/** Biases of inputs, then those of states, which only `resetAfter` has: `[2, gates · units]`. */
function gateBiases({ values, shape }: Weight, gates: readonly number[], units: number): Float32Array {
  const width = gates.length * units;
  const result = new Float32Array(2 * width);
  for (let half = 0; half < (shape.length === 2 ? 2 : 1); half++) {
    for (const [to, from] of gates.entries()) {
      const start = half * width + from * units;
      result.set(values.subarray(start, start + units), half * width + to * units);
    }
  }
  return result;
}

function activationsOf(call: LayerCall, wanted: readonly ('gates' | 'states')[]): Attributes {
  const found = wanted.map(kind => {
    const name = activationName(kind === 'gates' ? call.config.recurrentActivation : call.config.activation);
    const known = Object.hasOwn(cellActivations, name) ? cellActivations[name] : undefined;
    return (
      known ??
      refuse(
        call,
        `has the activation ${name}`,
        `In recurrent layers these can be: ${Object.keys(cellActivations).join(', ')}.`,
      )
    );
  });
  // Each activation with a parameter takes the next one of the list.
  const alpha = found.flatMap(activation => activation.alpha ?? []);
  const beta = found.flatMap(activation => activation.beta ?? []);
  return {
    activations: strings(found.map(activation => activation.name)),
    ...(alpha.length > 0 && { activation_alpha: floats(alpha) }),
    ...(beta.length > 0 && { activation_beta: floats(beta) }),
  };
}
