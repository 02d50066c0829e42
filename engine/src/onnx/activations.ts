import { float, type Graph, int } from './graph.ts';
import { type LayerCall, refuse } from './layer-call.ts';
import { axisIn, type Operand } from './values.ts';

type Written = (graph: Graph, x: string, value: Operand) => string;

/** Writers of activations by their names in tfjs. */
const written: Readonly<Record<string, Written>> = {
  linear: (_, x) => x,
  relu: (graph, x) => graph.add('Relu', [x]),
  relu6: (graph, x) => graph.add('Clip', [x, graph.scalar(0), graph.scalar(6)]),
  elu: (graph, x) => graph.add('Elu', [x], { alpha: float(1) }),
  selu: (graph, x) =>
    graph.add('Selu', [x], { alpha: float(1.6732632423543772), gamma: float(1.0507009873554805) }),
  sigmoid: (graph, x) => graph.add('Sigmoid', [x]),
  hardSigmoid: (graph, x) => graph.add('HardSigmoid', [x], { alpha: float(0.2), beta: float(0.5) }),
  softplus: (graph, x) => graph.add('Softplus', [x]),
  softsign: (graph, x) => graph.add('Softsign', [x]),
  tanh: (graph, x) => graph.add('Tanh', [x]),
  softmax: (graph, x, value) => graph.add('Softmax', [x], { axis: int(axisIn(value, -1)) }),
  logSoftmax: (graph, x, value) => graph.add('LogSoftmax', [x], { axis: int(axisIn(value, -1)) }),
  swish: (graph, x) => graph.add('Mul', [x, graph.add('Sigmoid', [x])]),
  mish: (graph, x) => graph.add('Mul', [x, graph.add('Tanh', [graph.add('Softplus', [x])])]),
  // x/2 · (1 + erf(x/√2)) (Hendrycks & Gimpel 2016).
  gelu(graph, x) {
    const erf = graph.add('Erf', [graph.add('Mul', [x, graph.scalar(Math.SQRT1_2)])]);
    const half = graph.add('Mul', [x, graph.scalar(0.5)]);
    return graph.add('Mul', [half, graph.add('Add', [erf, graph.scalar(1)])]);
  },
};

/** Applies the activation that the layer's options name, linear by default. */
export function activated(call: LayerCall, value: Operand, name = call.config.activation): Operand {
  const known = activationName(name);
  const write = Object.hasOwn(written, known) ? written[known] : undefined;
  if (!write)
    return refuse(call, `has the activation ${known}`, `These can be: ${Object.keys(written).join(', ')}.`);
  return { ...value, name: write(call.graph, value.name, value) };
}

/** Name of an activation in tfjs; Keras writes some with an underscore. */
export function activationName(name: unknown): string {
  if (name === undefined || name === null) return 'linear';
  if (name === 'hard_sigmoid') return 'hardSigmoid';
  return name === 'log_softmax' ? 'logSoftmax' : String(name);
}
