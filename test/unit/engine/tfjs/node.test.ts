import { createRequire } from 'node:module';
import * as named from '@murmuration/engine/tfjs/node';
import { expect, it } from 'vitest';

it('names on Node all that the parts of TensorFlow.js have, and nothing else', () => {
  const load = createRequire(import.meta.url);
  const library: Record<string, unknown> = {
    ...load('@tensorflow/tfjs-core'),
    ...load('@tensorflow/tfjs-layers'),
    ...load('@tensorflow/tfjs-backend-cpu'),
  };
  expect(Object.keys(named).sort()).toEqual(Object.keys(library).sort());
  for (const [name, value] of Object.entries(named)) expect(value, name).toBe(library[name]);
});
