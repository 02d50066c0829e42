import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { encodeModel } from '@murmuration/protocol/weights/model-files';

/** A dense model of `inputs` features and `units` outputs, `x` → `y`, with weights that count up from `first`. */
export async function denseModel(inputs: number, units: number, first = 0): Promise<tf.LayersModel> {
  await startBackend();
  const x = tf.input({ shape: [inputs], name: 'x' });
  const y = tf.layers.dense({ units, name: 'y' }).apply(x) as tf.SymbolicTensor;
  const model = tf.model({ inputs: x, outputs: y });
  const values = Array.from({ length: inputs * units }, (_, at) => (first + at) / 8);
  model.setWeights([tf.tensor2d(values, [inputs, units]), tf.zeros([units])]);
  return model;
}

/** y = x / 2 + 2 for single numbers, the model of TensorFlow Serving's documentation. */
export async function halfPlusTwo(): Promise<tf.LayersModel> {
  await startBackend();
  const x = tf.input({ shape: [], name: 'x' });
  const column = tf.layers.reshape({ targetShape: [1] }).apply(x) as tf.SymbolicTensor;
  const dense = tf.layers.dense({ units: 1, name: 'line' }).apply(column) as tf.SymbolicTensor;
  const y = tf.layers.reshape({ targetShape: [], name: 'y' }).apply(dense) as tf.SymbolicTensor;
  const model = tf.model({ inputs: x, outputs: y });
  model.setWeights([tf.tensor2d([[0.5]]), tf.tensor1d([2])]);
  return model;
}

/** Two inputs, two outputs: which no fused kernel knows. */
export async function sumAndProduct(): Promise<tf.LayersModel> {
  await startBackend();
  const [a, b] = ['a', 'b'].map(name => tf.input({ shape: [2], name })) as [
    tf.SymbolicTensor,
    tf.SymbolicTensor,
  ];
  const sum = tf.layers.add({ name: 'sum' }).apply([a, b]) as tf.SymbolicTensor;
  const product = tf.layers.multiply({ name: 'product' }).apply([a, b]) as tf.SymbolicTensor;
  const scale = tf.layers.dense({ units: 2, useBias: false, name: 'scaled' }).apply(sum) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [a, b], outputs: [scale, product] });
  model.setWeights([
    tf.tensor2d([
      [1, 0],
      [0, 1],
    ]),
  ]);
  return model;
}

/** A folder of models that is gone at the end. */
export class ModelFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<ModelFolder> {
    return new ModelFolder(await mkdtemp(join(tmpdir(), 'murmuration-models-')));
  }

  /** Puts a version in place at once, as whoever copies models with care does. */
  async put(name: string, version: number, model: tf.LayersModel): Promise<void> {
    const { topology, layout, weights } = describeModel(model);
    model.dispose();
    const { json, weightsHash, weights: bytes } = encodeModel(topology, layout, weights);
    await this.#place(name, version, { 'model.json': json, [`${weightsHash}.bin`]: bytes });
  }

  /** A model whose one output is each of its inputs, for `echoRuntime`. */
  async putEcho(name: string, version: number, inputs: readonly object[]): Promise<void> {
    const modelTopology = { class_name: 'Echo', config: { inputs } };
    const weights = [{ name: 'none', shape: [1], dtype: 'float32' }];
    const json = JSON.stringify({ modelTopology, weightsManifest: [{ paths: ['none.bin'], weights }] });
    await this.#place(name, version, { 'model.json': json, 'none.bin': new Uint8Array(4) });
  }

  async #place(
    name: string,
    version: number,
    files: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<void> {
    const beside = join(this.path, `.${name}-${version}`);
    await mkdir(beside, { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(beside, file), content);
    await mkdir(join(this.path, name), { recursive: true });
    await rm(join(this.path, name, String(version)), { recursive: true, force: true });
    await rename(beside, join(this.path, name, String(version)));
  }

  async aliases(name: string, aliases: Readonly<Record<string, number>>): Promise<void> {
    await writeFile(join(this.path, name, 'aliases.json'), JSON.stringify(aliases));
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(join(this.path, path, '..'), { recursive: true });
    await writeFile(join(this.path, path), content);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
