import { measureOnnx } from '@murmuration/engine/measure/onnx';
import { writeOnnx } from '@murmuration/engine/onnx/write';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { cases, filesOf, randomise } from '../onnx/models.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function filesOfCase(name: string, seed: number) {
  const found = cases.find(given => given.name === name);
  if (!found) throw new Error(`There is no case ${name}.`);
  return filesOf(randomise(found.build(), seed));
}

describe('the measure of an ONNX file', () => {
  it.each(['tied output', 'branches that meet', 'models within a model, one used twice'])(
    'finds next to no difference in float32, over ids and over images: %s',
    async name => {
      const files = filesOfCase(name, 4);
      const measured = await measureOnnx(files, (await writeOnnx(files)).bytes, { examples: 5 });
      expect(measured).toMatchObject({ examples: 5, sameHighest: 1 });
      expect(measured.largest).toBeLessThan(1e-5);
      expect(measured.mean).toBeLessThanOrEqual(measured.largest);
      expect(measured.reach).toBeGreaterThan(0.01);
    },
  );

  it('finds more where the weights are smaller, the same each time', async () => {
    const files = filesOfCase('tied output', 4);
    const { bytes } = await writeOnnx(files, { weights: 'int8' });
    const measured = await measureOnnx(files, bytes);
    expect(measured.largest).toBeGreaterThan(1e-4);
    expect(measured.largest).toBeLessThan(0.1);
    expect(await measureOnnx(files, bytes)).toEqual(measured);
    expect(await measureOnnx(files, bytes, { seed: 2 })).not.toEqual(measured);
  });

  it('finds the file of another model', async () => {
    const [files, others] = [filesOfCase('tied output', 4), filesOfCase('tied output', 5)];
    const measured = await measureOnnx(files, (await writeOnnx(others)).bytes);
    expect(measured.largest).toBeGreaterThan(0.1);
    expect(measured.sameHighest).toBeLessThan(0.9);
  });
});
