import { createRequire } from 'node:module';
import * as named from '@murmuration/engine/tfjs/node';
import { expect, it } from 'vitest';

it('names on Node all that TensorFlow.js has, and nothing else', () => {
  const library = createRequire(import.meta.url)('@tensorflow/tfjs') as Record<string, unknown>;
  expect(Object.keys(named).sort()).toEqual(Object.keys(library).sort());
  for (const [name, value] of Object.entries(named)) expect(value, name).toBe(library[name]);
});
