import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { embeddingBefore } from '../layers/embedding-before.ts';
import type * as tf from '../tfjs/tf.ts';
import { activationName } from './activations.ts';
import { Graph, type WeightFormat } from './graph.ts';
import type { Affine, LayerCall, Weight } from './layer-call.ts';
import { layerWriters, takesAffine, takesIntegers } from './layer-writers.ts';
import { affineOf, isOverChannels } from './layers/normalisation.ts';
import type { Port } from './proto.ts';
import type { Readable } from './reset-after.ts';
import { type AxisLengths, type Operand, Orders } from './values.ts';

type Node = tf.layers.Layer['inboundNodes'][number];

/** Model, or one nested in another: its layers and the tensors between them. */
type Container = Pick<tf.LayersModel, 'inputs' | 'outputs'>;

/** Values of a container written so far, by the ids of their tensors. */
interface Scope {
  readonly container: Container;
  readonly values: Map<number, Operand>;
  /** Number of layers and outputs that take each tensor. */
  readonly uses: ReadonlyMap<number, number>;
}

/** Writes the layers of a model into a graph, from its outputs back to its inputs, each layer once. */
export class GraphWriter {
  readonly #model: tf.LayersModel;
  readonly #graph: Graph;
  readonly #orders: Orders;
  readonly #readable: Pick<Readable, 'resetAfter' | 'biases'>;

  constructor(
    model: tf.LayersModel,
    format: WeightFormat,
    readable: Pick<Readable, 'resetAfter' | 'biases'>,
  ) {
    this.#model = model;
    this.#graph = new Graph(format);
    this.#orders = new Orders(this.#graph);
    this.#readable = readable;
  }

  /** Throws `export.unsupported`. */
  write(): { readonly graph: Graph; readonly inputs: readonly Port[]; readonly outputs: readonly Port[] } {
    const { inputs, outputs } = this.#model;
    // Inputs and outputs come first, so that they get the names that they have in tfjs.
    const names = inputs.map(({ sourceLayer }) => this.#graph.name(sourceLayer.name));
    const wanted = outputs.map(({ sourceLayer }) => this.#graph.name(sourceLayer.name));
    const given = inputs.map(
      ({ shape, dtype }, at): Operand => ({
        name: names[at] ?? '',
        shape,
        order: 'last',
        type: dtype === 'int32' ? 'int32' : 'float32',
        masked: false,
      }),
    );
    const results = this.#within(this.#model, given);
    return {
      graph: this.#graph,
      inputs: given.map(value => portOf(value, value.name)),
      outputs: results.map((value, at) => {
        const name = wanted[at] ?? '';
        this.#graph.nodes.push({
          op: 'Identity',
          inputs: [this.#orders.put(value, 'last').name],
          outputs: [name],
          attributes: {},
        });
        return portOf(value, name);
      }),
    };
  }

  /** Outputs of a container for these inputs. */
  #within(container: Container, given: readonly Operand[]): readonly Operand[] {
    const values = new Map<number, Operand>();
    for (const [at, { id }] of container.inputs.entries()) {
      const value = given[at];
      if (value) values.set(id, value);
    }
    const scope = { container, values, uses: usesIn(container) };
    return container.outputs.map(output => this.#value(output, scope));
  }

  #value(tensor: tf.SymbolicTensor, scope: Scope): Operand {
    const known = scope.values.get(tensor.id);
    if (known) return known;
    const node = nodeOf(tensor);
    const layer = tensor.sourceLayer;
    if (isContainer(layer)) {
      const given = node.inputTensors.map(input => this.#value(input, scope));
      for (const [at, value] of this.#within(layer, given).entries()) {
        const output = node.outputTensors[at];
        if (output) scope.values.set(output.id, value);
      }
      return scope.values.get(tensor.id) ?? unsupported(layer, 'has outputs that are not known');
    }
    const value = this.#folded(node, layer, scope) ?? this.#layer(node, layer, scope, undefined);
    scope.values.set(tensor.id, value);
    return value;
  }

  /**
   * Writes a batch normalisation into the weights of the layer before; returns undefined if that can't be
   * done.
   */
  #folded(node: Node, layer: tf.layers.Layer, scope: Scope): Operand | undefined {
    const [tensor] = node.inputTensors;
    if (layer.getClassName() !== 'BatchNormalization' || !tensor) return undefined;
    const before = tensor.sourceLayer;
    const isOnly = scope.uses.get(tensor.id) === 1 && !scope.values.has(tensor.id);
    if (!isOnly || isContainer(before) || !takesAffine.has(before.getClassName())) return undefined;
    if (activationName(configOf(before).activation) !== 'linear') return undefined;
    const config = configOf(layer);
    if (!isOverChannels(config, tensor.shape.length)) return undefined;
    return this.#layer(nodeOf(tensor), before, scope, affineOf(config, this.#weightsOf(layer)));
  }

  #layer(node: Node, layer: tf.layers.Layer, scope: Scope, affine: Affine | undefined): Operand {
    const className = layer.getClassName();
    const write = Object.hasOwn(layerWriters, className) ? layerWriters[className] : undefined;
    if (!write) return unsupported(layer, 'has no counterpart');
    const inputs = node.inputTensors.map(tensor => {
      const value = this.#value(tensor, scope);
      return value.type === 'int32' && !takesIntegers.has(className) ? this.#asFloat(value) : value;
    });
    const [output] = node.outputTensors;
    const table = className === 'TiedDense' ? embeddingBefore(layer) : undefined;
    const [tableWeight] = table ? this.#weightsOf(table) : [];
    const config = configOf(layer);
    const call: LayerCall = {
      graph: this.#graph,
      orders: this.#orders,
      name: layer.name,
      className,
      config: { ...config, ...(this.#readable.resetAfter.has(layer.name) && { resetAfter: true }) },
      inputs,
      shape: (output?.shape ?? []) as AxisLengths,
      weights: this.#weightsOf(layer),
      affine,
      table: table && tableWeight && { name: table.name, weight: tableWeight },
    };
    const value = write(call);
    const masked = layer.supportsMasking && inputs.some(input => input.masked);
    return {
      ...value,
      masked: value.masked || masked,
      order: value.shape.length < 3 ? 'last' : value.order,
    };
  }

  #weightsOf(layer: tf.layers.Layer): readonly Weight[] {
    return layer.weights.map(weight => {
      const whole = this.#readable.biases.get(weight.originalName);
      if (whole) return { values: whole, shape: [2, whole.length / 2] };
      return { values: weight.read().dataSync<'float32'>(), shape: weight.shape as number[] };
    });
  }

  #asFloat(value: Operand): Operand {
    return { ...value, name: this.#graph.cast(value.name, 'float32'), type: 'float32' };
  }
}

/** Port of a value; unknown lengths get the names `batch` or `NAME_length_AXIS`. */
function portOf({ shape, type }: Operand, name: string): Port {
  return {
    name,
    type,
    shape: shape.map((length, axis) => length ?? (axis === 0 ? 'batch' : `${name}_length_${axis}`)),
  };
}

function nodeOf({ sourceLayer, nodeIndex }: tf.SymbolicTensor): Node {
  return sourceLayer.inboundNodes[nodeIndex] ?? unsupported(sourceLayer, 'is not connected');
}

function isContainer(layer: tf.layers.Layer): layer is tf.layers.Layer & Container {
  return ['Model', 'Functional', 'Sequential'].includes(layer.getClassName());
}

function configOf(layer: tf.layers.Layer): LayerCall['config'] {
  return layer.getConfig() as LayerCall['config'];
}

function usesIn({ inputs, outputs }: Container): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  const seen = new Set<Node>();
  const ends = new Set(inputs.map(({ id }) => id));
  const queue = [...outputs];
  for (const tensor of queue) {
    uses.set(tensor.id, (uses.get(tensor.id) ?? 0) + 1);
    if (ends.has(tensor.id)) continue;
    const node = nodeOf(tensor);
    if (seen.has(node)) continue;
    seen.add(node);
    queue.push(...node.inputTensors);
  }
  return uses;
}

function unsupported(layer: tf.layers.Layer, why: string): never {
  throw new MurmurationError(
    'export.unsupported',
    `The layer ${layer.name} (${layer.getClassName()}) ${why} in ONNX files of this project. These layers have one: ` +
      `${Object.keys(layerWriters).join(', ')}.`,
  );
}
