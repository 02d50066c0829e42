import { join } from 'node:path';
import * as tf from '@murmuration/engine/tfjs/tf';
import { afterEach, describe, expect, it } from 'vitest';
import { PackedProcess } from '../../e2e/processes.ts';
import { between, cyclic, layer, weights } from '../../unit/engine/models/topologies.ts';
import { ModelFolder, sumAndProduct } from '../../unit/serving/server/models.ts';
import { ModelServer } from './model-server.ts';
import { expanding, looping } from './onnx-models.ts';

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.end();
  server = undefined;
});

const start = async (fill: (folder: ModelFolder) => Promise<void>, settings: object = {}) => {
  server = await ModelServer.start(fill, settings);
  return server;
};
/** Two inputs: no fused kernel knows it. */
const other = (at: ModelServer) =>
  at.ask('/v2/models/other/infer', {
    inputs: ['a', 'b'].map(name => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] })),
  });

/** A version as whoever may write into the folder writes it. */
async function put(folder: ModelFolder, name: string, modelTopology: object): Promise<void> {
  const manifest = [{ paths: ['w.bin'], weights }];
  await folder.write(`${name}/1/w.bin`, new Uint8Array(Float32Array.of(1, 0, 0, 1).buffer));
  await folder.write(
    `${name}/1/model.json`,
    JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest }),
  );
}

describe('a hostile file in the folder of an inference server', () => {
  it.each([
    ['has a cycle', cyclic, /wait for one another/],
    ['calls what is not there', between(layer('Add', 'a', [['x', ['x', 3]]])), /not there/],
    [
      'has 10,001 layers',
      between(
        ...Array.from({ length: 10_001 }, (_, at) =>
          layer('Activation', `a${at}`, [[at ? `a${at - 1}` : 'x']], { activation: 'linear' }),
        ),
      ),
      /more than 10000 layers/,
    ],
    [
      'wants more weights than it has brought',
      between(layer('Dense', 'wide', [['x']], { units: 2 ** 28, use_bias: false })),
      /more weights/,
    ],
  ] as const)('%s: only that model is not there', async (_, topology, why) => {
    const at = await start(async folder => {
      await put(folder, 'bad', topology);
      await folder.put('other', 1, await sumAndProduct());
    });
    const refused = await at.infer('bad', 'x', 'FP32', [1, 2], [1, 2]);
    expect([refused.status, refused.body.error]).toEqual([422, expect.stringMatching(why)]);
    expect((await other(at)).status).toBe(200);
    expect(await at.ready()).toBe(200);
  });
});

/** Rows of any length through `width` values a step: on no fused kernel. */
function wide(width: number): tf.LayersModel {
  const x = tf.input({ shape: [null], dtype: 'int32', name: 'x' });
  const embedded = tf.layers.embedding({ inputDim: 4, outputDim: width }).apply(x);
  return tf.model({
    inputs: x,
    outputs: tf.layers.globalMaxPooling1d({ name: 'y' }).apply(embedded) as tf.SymbolicTensor,
  });
}

describe('one request to a model of the generic engine', () => {
  it('that would keep gigabytes between its layers is refused, and all models go on', async () => {
    const at = await start(async folder => {
      await folder.put('wide', 1, wide(1024));
      await folder.put('other', 1, await sumAndProduct());
    });
    const steps = 2_000_000;
    const refused = await at.infer('wide', 'x', 'INT32', [1, steps], new Array(steps).fill(1));
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.stringMatching(/would keep 2048001024 values/),
    ]);
    for (const said of [await other(at), await at.infer('wide', 'x', 'INT32', [1, 3], [1, 2, 3])])
      expect(said.status).toBe(200);
    expect(await at.ready()).toBe(200);
  });

  it('that breaks its memory ends its thread: the models load again, and ready is 503 meanwhile', async () => {
    const at = await start(
      async folder => {
        const x = tf.input({ shape: [null, null, 1], name: 'x' });
        const convolved = tf.layers.conv2d({ filters: 1, kernelSize: 7, padding: 'same' }).apply(x);
        await folder.put(
          'image',
          1,
          tf.model({
            inputs: x,
            outputs: tf.layers.globalMaxPooling2d({ name: 'y' }).apply(convolved) as tf.SymbolicTensor,
          }),
        );
        await folder.put('other', 1, await sumAndProduct());
      },
      { memory: 16 << 20 },
    );
    const before = await other(at);
    expect(before.status).toBe(200);
    const side = 2_048;
    const broken = await at.infer('image', 'x', 'FP32', [1, side, side, 1], new Array(side * side).fill(1));
    expect([broken.status, broken.body.error]).toEqual([422, expect.stringMatching(/more memory/)]);
    expect(await at.ready()).toBe(503);
    expect(await other(at)).toEqual(before);
    await expect.poll(() => at.ready()).toBe(200);
  });
});

describe('a file of ONNX', () => {
  it('that expands what it is given to gigabytes gets no more than its thread has', async () => {
    const at = await start(
      async folder => {
        await folder.write('big/1/model.onnx', expanding);
        await folder.put('other', 1, await sumAndProduct());
      },
      { memory: 64 << 20 },
    );
    expect(await at.infer('big', 'shape', 'INT64', [1], [3])).toMatchObject({
      status: 200,
      body: { outputs: [{ data: [1] }] },
    });
    const before = await at.peak();
    const said = await at.infer('big', 'shape', 'INT64', [1], [3 * 2 ** 26]);
    expect(said.status).toBe(422);
    expect((await at.peak()) - before).toBeLessThan(2 ** 30);
    expect((await at.infer('big', 'shape', 'INT64', [1], [3])).status).toBe(200);
    expect((await other(at)).status).toBe(200);
  });

  it('that loops for ever is ended once its time is over, and others go on', async () => {
    const at = await start(
      async folder => {
        await folder.write('turns/1/model.onnx', looping);
        await folder.write('big/1/model.onnx', expanding);
      },
      { deadline: 3_000 },
    );
    // On a busy machine a model that is loaded for the first time may take longer than a request has.
    const turns = () => expect.poll(() => at.infer('turns', 'turns', 'INT64', [1], [3]));
    await turns().toMatchObject({ body: { outputs: [{ data: [4] }] } });
    const said = await at.infer('turns', 'turns', 'INT64', [1], [2 ** 52]);
    expect(said.status).toBe(504);
    await expect.poll(async () => (await at.infer('big', 'shape', 'INT64', [1], [3])).status).toBe(200);
    await turns().toMatchObject({ status: 200 });
    await expect.poll(() => at.ready()).toBe(200);
  });
});

describe('models import', () => {
  it('refuses a file with a cycle in place of never coming back', async () => {
    const folder = await ModelFolder.create();
    await put(folder, 'bad', cyclic);
    const from = join(folder.path, 'bad/1');
    const imported = new PackedProcess('coordinator/cli/src/cli.ts', [
      'models',
      'import',
      from,
      join(folder.path, 'to'),
    ]);
    const refused = new Promise<void>(resolve =>
      imported.child.stderr!.on('data', () => /wait for one another/.test(imported.errors) && resolve()),
    );
    try {
      await refused;
      expect(await imported.ended()).toBe(1);
    } finally {
      imported.child.kill('SIGKILL');
      await folder.remove();
    }
  });
});
