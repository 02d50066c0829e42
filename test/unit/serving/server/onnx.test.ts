import { onnxOf } from '@murmuration/engine/onnx/write';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import { onnxRuntime } from '@murmuration/serving/runtime/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denseModel } from './models.ts';
import { openWorld, type World } from './world.ts';

let world: World;
const engines: string[] = [];

beforeAll(async () => {
  world = await openWorld(
    async folder => {
      const model = await denseModel(2, 3);
      const { bytes } = onnxOf(model);
      await folder.write('line/1/model.onnx', bytes);
      await folder.put('line', 2, model);
      await folder.write('alone/model.onnx', bytes);
      await folder.write('broken/1/model.onnx', 'no protobuf');
    },
    {},
    {
      runtimes: [layersRuntime(), onnxRuntime({ providers: ['tensorrt', 'cpu'] })],
      events: { loaded: (_model, _ms, _bytes, engine) => engines.push(engine) },
    },
  );
});
afterAll(() => world.close());

const infer = (path: string, data: readonly number[]) =>
  world.ask(
    'POST',
    `/v2/models/${path}/infer`,
    JSON.stringify({ inputs: [{ name: 'x', shape: [data.length / 2, 2], datatype: 'FP32', data }] }),
  );

describe('models in files of ONNX', () => {
  it('answer as the layers models that they were written from', async () => {
    const [own, written] = await Promise.all(
      ['line/versions/2', 'line/versions/1'].map(async path => (await infer(path, [1, -2, 0.5, 3])).json()),
    );
    expect(written.outputs[0].shape).toEqual([2, 3]);
    for (const [at, value] of own.outputs[0].data.entries())
      expect(written.outputs[0].data[at]).toBeCloseTo(value, 5);
  });

  it('need no folder for their version, and run together with others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => (await infer('alone', [at, 0])).json()),
    );
    expect(answers.map(({ outputs }) => outputs[0].data[1])).toEqual(
      answers.map((_, at) => expect.closeTo(at / 8, 5)),
    );
  });

  it('say what they are, and which providers this machine lacks', async () => {
    const metadata = await (await world.ask('GET', '/v2/models/line/versions/1')).json();
    expect(metadata).toMatchObject({
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    });
    expect(engines.some(engine => /onnxruntime.*not here: tensorrt/.test(engine))).toBe(true);
  });

  it('fail by themselves where they are broken, with the reason in the index', async () => {
    const response = await infer('broken', [1, 2]);
    expect(response.status).toBeGreaterThanOrEqual(400);
    const index = await (await world.ask('POST', '/v2/repository/index')).json();
    expect(index.find(({ name }: { name: string }) => name === 'broken')).toMatchObject({
      state: 'UNAVAILABLE',
      reason: expect.stringContaining('does not load'),
    });
    expect((await infer('line', [1, 2])).status).toBe(200);
  });
});
