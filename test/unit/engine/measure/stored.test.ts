import { measureStored } from '@murmuration/engine/measure/stored';
import { readStoredModel, storeModel } from '@murmuration/engine/models/stored-weights';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, expect, it } from 'vitest';
import { cases, filesOf, randomise } from '../onnx/models.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('finds how far smaller weights take the answers, and none where nothing is lost', async () => {
  const found = cases.find(({ name }) => name === 'tied output');
  if (!found) throw new Error('There is no such case.');
  const files = filesOf(randomise(found.build(), 4));
  const measured = async (as: 'float32' | 'float16' | 'int8') => {
    const { json, weights } = storeModel(files, as);
    return measureStored(files, readStoredModel(json, weights), { examples: 5 });
  };
  const [whole, half, bytes] = [await measured('float32'), await measured('float16'), await measured('int8')];
  expect(whole).toMatchObject({ examples: 5, largest: 0, mean: 0, sameHighest: 1 });
  expect(half.largest).toBeGreaterThan(0);
  expect(bytes.largest).toBeGreaterThan(4 * half.largest);
  expect(bytes.largest).toBeLessThan(0.1 * bytes.reach);
});
