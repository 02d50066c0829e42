/** Topologies as `model.json` has them, written by hand: TensorFlow.js would not write most of those that tests need. */

export interface StoredLayer {
  readonly name: string;
  readonly class_name: string;
  readonly config: object;
  readonly inbound_nodes: unknown;
}

export const input = (name: string, shape: readonly (number | null)[] = [null, 2]): StoredLayer => ({
  name,
  class_name: 'InputLayer',
  config: { name, batch_input_shape: shape, dtype: 'float32' },
  inbound_nodes: [],
});

/** A layer that is called once for each list of links. */
export const layer = (
  className: string,
  name: string,
  calls: readonly (readonly (string | readonly [string, number])[])[],
  config: object = {},
): StoredLayer => ({
  name,
  class_name: className,
  config: { ...config, name },
  inbound_nodes: calls.map(links =>
    links.map(link => (typeof link === 'string' ? [link, 0, 0, {}] : [...link, 0, {}])),
  ),
});

/** A model of layers, from the first of them to the last one's call `call`. */
export const graph = (name: string, layers: readonly StoredLayer[], call = 0) => ({
  class_name: 'Model',
  config: {
    name,
    layers,
    input_layers: [[layers[0]!.name, 0, 0]],
    output_layers: [[layers.at(-1)!.name, call, 0]],
  },
});

/** A model as a layer of another. */
export const nested = (
  model: ReturnType<typeof graph>,
  calls: readonly (readonly (string | readonly [string, number])[])[],
): StoredLayer => layer(model.class_name, model.config.name, calls, model.config);

export const dense = (name: string, after: string, units = 2): StoredLayer =>
  layer('Dense', name, [[after]], { units, use_bias: false });

/** x → y, of which the weights are `y/kernel [2, 2]`, with layers between them. */
export const between = (...layers: readonly StoredLayer[]) => {
  const last = layers.at(-1)?.name ?? 'x';
  return graph('m', [input('x'), ...layers, dense('y', last)]);
};

/** Two layers that wait for each other: under 1 kB, on which TensorFlow.js loops for ever. */
export const cyclic = graph('cyclic', [
  input('x'),
  layer('Add', 'a', [['x', 'b']]),
  layer('Activation', 'b', [['a']], { activation: 'linear' }),
  dense('y', 'b'),
]);

export const weights = [{ name: 'y/kernel', shape: [2, 2], dtype: 'float32' }];
