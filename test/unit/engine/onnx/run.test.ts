import { describeLibrary, findLibrary, type RuntimeLibrary } from '@murmuration/engine/onnx/library';
import { loadOnnx } from '@murmuration/engine/onnx/run';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import * as web from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesOf } from './models.ts';

let bytes: Uint8Array;
beforeAll(async () => {
  await tf.setBackend('cpu');
  const input = tf.input({ shape: [3], name: 'features' });
  const output = tf.layers.dense({ units: 2, name: 'score' }).apply(input) as tf.SymbolicTensor;
  ({ bytes } = await writeOnnx(filesOf(tf.model({ inputs: input, outputs: output }))));
});

/** The library in the place of the one for Node, which brings a processor, and CUDA on some machines. */
const asNode = (...providers: string[]) =>
  describeLibrary('onnxruntime-node', {
    ...(web as unknown as RuntimeLibrary),
    listSupportedBackends: () => providers.map(name => ({ name })),
  });

describe('an ONNX file', () => {
  it('tells what it takes and gives, and answers any number of rows', async () => {
    const model = await loadOnnx(bytes);
    expect(model.inputs).toEqual([{ name: 'features', datatype: 'FP32', shape: [-1, 3] }]);
    expect(model.outputs).toEqual([{ name: 'score', datatype: 'FP32', shape: [-1, 2] }]);
    for (const rows of [1, 4]) {
      const data = new Float32Array(3 * rows).fill(1);
      const [score] = await model.run([{ name: 'features', datatype: 'FP32', shape: [rows, 3], data }]);
      expect(score?.shape).toEqual([rows, 2]);
    }
    await model.close();
  });

  it('is refused with the words of the runtime where it is none, or gets what it does not take', async () => {
    await expect(loadOnnx(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'model.unusable' });
    const model = await loadOnnx(bytes);
    const ask = (name: string, shape: number[]) =>
      model.run([
        { name, datatype: 'FP32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]);
    await expect(ask('other', [1, 3])).rejects.toMatchObject({ code: 'model.unusable' });
    await expect(ask('features', [1, 4])).rejects.toMatchObject({
      code: 'model.unusable',
      message: expect.stringContaining('features'),
    });
    await model.close();
  });
});

describe('execution providers', () => {
  it('that are not here are left out, and named', async () => {
    const model = await loadOnnx(bytes, { providers: ['tensorrt', 'cuda', 'cpu'] });
    expect(model.engine).toBe('onnxruntime-web (wasm); not here: tensorrt, cuda');
    await model.close();
  });

  it('of which none is here are an error that says what is', async () => {
    await expect(loadOnnx(bytes, { providers: ['cuda'] })).rejects.toMatchObject({
      code: 'engine.no-backend',
      message: expect.stringMatching(/cuda.*wasm.*onnxruntime-node/),
    });
    await expect(
      loadOnnx(bytes, { providers: ['cuda'], library: asNode('cpu', 'dml') }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/cuda.*cpu, dml/),
    });
  });

  it('are those that onnxruntime-node lists', async () => {
    const model = await loadOnnx(bytes, { providers: ['cuda', 'wasm'], library: asNode('cpu') });
    expect(model.engine).toBe('onnxruntime-node (cpu); not here: cuda');
    await model.close();
  });
});

describe('the library of ONNX Runtime', () => {
  it('is the one for Node where it loads, else the one for the web', async () => {
    const failing = (name: string) => Promise.reject(new Error(`Cannot find package ${name}`));
    expect((await findLibrary(async () => web)).name).toBe('onnxruntime-node');
    expect((await findLibrary(async name => (name === 'onnxruntime-web' ? web : failing(name)))).name).toBe(
      'onnxruntime-web',
    );
    await expect(findLibrary(failing)).rejects.toMatchObject({
      code: 'engine.no-backend',
      message: expect.stringMatching(/: npm install onnxruntime-web@[\d.]+\. onnxruntime-node: Cannot find/),
    });
  });
});
