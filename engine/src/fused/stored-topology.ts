import type { WeightSpec } from '@murmuration/protocol/weights/layout';
import { type Topology, topologyOfLayers } from './topology.ts';
import { type RawConfig, type ReadLayer, refuse, type Unrecognised, unlessRefused } from './unrecognised.ts';

/** Layer as stored in `model.json`. */
interface StoredLayer {
  readonly name: string;
  readonly className: string;
  readonly config: RawConfig;
  /** Names of the layers that it follows; null in a sequential model, where it follows the one before. */
  readonly after: readonly string[] | null;
}

type Shape = (number | null)[];

/**
 * Shapes of a layer's weights for inputs of this width. Other layers, neither over tokens nor over single
 * rows, need TensorFlow.js.
 */
const weightsOf: Readonly<Record<string, (config: RawConfig, inputs: number) => number[][]>> = {
  Embedding: config => [[config.inputDim as number, config.outputDim as number]],
  GRU: (config, inputs) => recurrentWeights(3, config, inputs),
  LSTM: (config, inputs) => recurrentWeights(4, config, inputs),
  Dense: ({ units, useBias }, inputs) => [[inputs, units as number], ...biasOf(useBias, units as number)],
  TiedDense: ({ units, useBias }) => biasOf(useBias, units as number),
  Dropout: () => [],
  Activation: () => [],
  Softmax: () => [],
};

function recurrentWeights(gates: number, { units, useBias }: RawConfig, inputs: number): number[][] {
  const width = gates * (units as number);
  return [[inputs, width], [units as number, width], ...biasOf(useBias, width)];
}

const biasOf = (useBias: unknown, width: number): number[][] => (useBias === true ? [[width]] : []);

/**
 * Reads the files of a model without TensorFlow.js: a chain of layers over tokens, or dense ones over single
 * rows, up to its logits. Refuses any other, with the reason.
 *
 * @param tensors of its layout.
 */
export function storedTopologyOf(model: object, tensors: readonly WeightSpec[]): Topology | Unrecognised {
  return unlessRefused(() => {
    const { layers, input } = readModel(model);
    // Weights of frozen layers lie behind all others.
    const trained = layers.filter(isTrained).reduce((sum, layer) => sum + expectedOf(layer).length, 0);
    const left = { trained: tensors.slice(0, trained), frozen: tensors.slice(trained) };
    let shape: Shape = input;
    const chain = layers.map((layer): ReadLayer => {
      const before = shape;
      const shapes = expectedOf(layer, before.at(-1) ?? undefined);
      const weights = left[isTrained(layer) ? 'trained' : 'frozen'].splice(0, shapes.length);
      if (String(weights.map(weight => `[${weight.shape}]`)) !== String(shapes.map(each => `[${each}]`)))
        return refuse(`the weights of the layer ${layer.name} have other shapes than it`);
      shape = shapeAfter(layer, before);
      return {
        name: layer.name,
        getClassName: () => layer.className,
        getConfig: () => layer.config as never,
        input: { shape: before } as never,
        outputShape: shape,
        weights,
      };
    });
    const rest = [...left.trained, ...left.frozen];
    if (rest.length > 0) refuse(`the weights ${rest.map(({ name }) => name).join(', ')} belong to no layer`);
    return topologyOfLayers(withoutSoftmax(chain), input);
  });
}

const isTrained = ({ config }: StoredLayer) => config.trainable !== false;

function expectedOf({ name, className, config }: StoredLayer, inputs = Number.NaN): number[][] {
  const expected = Object.hasOwn(weightsOf, className) && weightsOf[className];
  if (!expected) return refuse(`the layer ${name} (${className}) is none that is read without TensorFlow.js`);
  return expected(config, inputs);
}

function readModel(model: object): { readonly layers: readonly StoredLayer[]; readonly input: Shape } {
  const file = plain(model);
  const { class_name: kind, config } = file.model_config ? plain(file.model_config) : file;
  const isSequential = kind === 'Sequential';
  if (!isSequential && kind !== 'Model' && kind !== 'Functional')
    refuse(`the model is of the class ${String(kind)}`);
  const described = isSequential && Array.isArray(config) ? config : plain(config).layers;
  if (!Array.isArray(described)) return refuse('the file of the model names no layers');
  const all = described.map(layer => storedLayer(layer, isSequential));
  const layers = all.filter(({ className }) => className !== 'InputLayer');
  const given = all.find(
    ({ config }) => Array.isArray(config.batchInputShape) || Array.isArray(config.batchShape),
  );
  const input = (given?.config.batchInputShape ?? given?.config.batchShape) as Shape | undefined;
  if (!input) return refuse('the file of the model tells no shape of its inputs');
  if (layers.some(({ className }, i) => className === 'InputLayer' && i > 0))
    refuse('the model has several inputs');
  let before = all[0]?.className === 'InputLayer' ? all[0].name : undefined;
  for (const { name, after } of layers) {
    if (after && (after.length !== 1 || after[0] !== before))
      refuse(`the layer ${name} does not follow only the one before it`);
    before = name;
  }
  const outputs = isSequential ? undefined : plain(config).output_layers;
  if (outputs !== undefined) {
    const named = Array.isArray(outputs) && (Array.isArray(outputs[0]) ? outputs : [outputs]);
    if (!named || named.length > 1 || plain(named[0])[0] !== before)
      refuse('the last layer is not the output');
  }
  return { layers, input };
}

function storedLayer(layer: unknown, isSequential: boolean): StoredLayer {
  const { class_name: className, config, inbound_nodes: nodes } = plain(layer);
  const named = camelled(plain(config));
  if (typeof className !== 'string' || typeof named.name !== 'string')
    refuse('a layer of the model has no name');
  const isInput = className === 'InputLayer';
  const after = isSequential || isInput ? null : inboundOf(nodes);
  return { name: named.name as string, className: className as string, config: named, after };
}

/** Names of the layers before; several if a layer is used more than once. */
function inboundOf(nodes: unknown): string[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap(node =>
    Array.isArray(node) ? node.map(each => String(Array.isArray(each) ? each[0] : each)) : [],
  );
}

/** Converts keys to camel case, as TensorFlow.js has them in memory. */
function camelled(config: Readonly<Record<string, unknown>>): RawConfig {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function plain(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return refuse('the file of the model is damaged');
  return value as Record<string, unknown>;
}

function shapeAfter({ className, config }: StoredLayer, before: Shape): Shape {
  switch (className) {
    case 'Embedding':
      return [...before, config.outputDim as number];
    case 'GRU':
    case 'LSTM':
      return config.returnSequences === true
        ? [...before.slice(0, -1), config.units as number]
        : [before[0] ?? null, config.units as number];
    case 'Dense':
    case 'TiedDense':
      return [...before.slice(0, -1), config.units as number];
    default:
      return before;
  }
}

/** Leaves out a softmax at the end. */
function withoutSoftmax(chain: readonly ReadLayer[]): readonly ReadLayer[] {
  const last = chain.at(-1);
  const isSoftmax =
    last?.getClassName() === 'Softmax' ||
    (last?.getClassName() === 'Activation' && (last.getConfig() as RawConfig).activation === 'softmax');
  return isSoftmax ? chain.slice(0, -1) : chain;
}
