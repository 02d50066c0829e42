import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import { standardBatching, standardLimits, standardMemory } from '@murmuration/serving/server/settings';
import { folderModels } from '@murmuration/serving/source/folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseModel, ModelFolder, sumAndProduct } from './models.ts';

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
    limits: standardLimits,
    batching: standardBatching,
    memory: standardMemory,
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
