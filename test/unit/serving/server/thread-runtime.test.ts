import * as tf from '@murmuration/engine/tfjs/tf';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import { folderModels } from '@murmuration/serving/source/folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseModel, ModelFolder, sumAndProduct } from './models.ts';
import { openWorld } from './world.ts';

let folder: ModelFolder;

beforeAll(async () => {
  folder = await ModelFolder.create();
  await folder.put('dense', 1, await denseModel(2, 3));
  await folder.put('two', 1, await sumAndProduct());
});

afterAll(() => folder.remove());

const open = async (runtime: Runtime) => {
  const clock = new VirtualClock();
  return new InferenceServer({
    source: await folderModels(folder.path, clock),
    runtimes: [runtime],
    transformers: () => undefined,
    ...serverSettings(inferenceSchema.parse({})),
    clock,
    turns: systemTurns,
  });
};
const row = (name: string) => ({
  name,
  datatype: 'FP32' as const,
  shape: [1, 2],
  data: Float32Array.of(1, 2),
});
const ask = (server: InferenceServer, model: string, ...inputs: readonly string[]) =>
  server.infer({ model, inputs: inputs.map(row), protocol: 'test' });

describe('a runtime in a thread', () => {
  it('answers as one in this thread does', async () => {
    const [apart, here] = [await open(threadRuntime()), await open(layersRuntime())];
    for (const request of [
      ['dense', 'x'],
      ['two', 'a', 'b'],
    ] as const) {
      const [model, ...inputs] = request;
      expect(await ask(apart, model, ...inputs)).toEqual(await ask(here, model, ...inputs));
    }
    expect((await apart.metadata('two')).inputs).toEqual((await here.metadata('two')).inputs);
    await expect(
      apart.infer({ model: 'dense', inputs: [{ ...row('x'), shape: [2, 1] }], protocol: 'test' }),
    ).rejects.toMatchObject({ code: 'inference.input' });
    await Promise.all([apart.close(), here.close()]);
  });

  it('is begun again where its thread has ended, and loads its models again', async () => {
    const runtime = threadRuntime();
    const server = await open(runtime);
    const first = await ask(server, 'dense', 'x');
    await runtime.close();
    expect(await ask(server, 'dense', 'x')).toEqual(first);
    await server.close();
  });
});

/** Images of any size, for which it needs 65 kB a pixel inside its one layer: what it gives is small. */
function greedy(): tf.LayersModel {
  const depthMultiplier = 16_384;
  const layer = tf.layers.separableConv2d({ filters: 1, kernelSize: 3, depthMultiplier, name: 'y' });
  const x = tf.input({ shape: [null, null, 1], name: 'x' });
  const model = tf.model({ inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor });
  // TensorFlow.js forgets to write it.
  const config = layer.getConfig();
  layer.getConfig = () => ({ ...config, depthMultiplier });
  return model;
}

it('a model on which WebAssembly traps ends its thread: ready is 503 until all are loaded again', async () => {
  const world = await openWorld(
    async folder => {
      await folder.put('greedy', 1, greedy());
      await folder.put('two', 1, await sumAndProduct());
      await folder.put('dense', 1, await denseModel(2, 3));
    },
    {},
    { runtimes: [threadRuntime({ memory: 2 ** 24, fusedHere: true })] },
  );
  const say = async (model: string, ...inputs: readonly object[]) => {
    const response = await world.ask('POST', `/v2/models/${model}/infer`, JSON.stringify({ inputs }));
    return { status: response.status, body: await response.text() };
  };
  const json = (name: string) => ({ ...row(name), data: [1, 2] });
  const image = (side: number) =>
    say('greedy', {
      name: 'x',
      datatype: 'FP32',
      shape: [1, side, side, 1],
      data: new Array(side * side).fill(1),
    });
  const ready = async () => (await world.ask('GET', '/v2/health/ready')).status;
  const others = () => Promise.all([say('two', json('a'), json('b')), say('dense', json('x'))]);
  try {
    const small = await image(3);
    const before = await others();
    expect([small, ...before].map(({ status }) => status)).toEqual([200, 200, 200]);
    const refused = await image(128);
    expect(refused).toEqual({
      status: 422,
      body: expect.stringMatching(/WebAssembly failed on the model: .*more memory than the \d+ bytes/),
    });
    expect(await ready()).toBe(503);
    expect(await others()).toEqual(before);
    await expect.poll(ready).toBe(200);
    expect(await image(3)).toEqual(small);
    expect(world.faults).toEqual([]);
  } finally {
    await world.close();
  }
});
