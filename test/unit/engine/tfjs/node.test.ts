import { createRequire } from 'node:module';
import * as named from '@murmuration/engine/tfjs/node';
import * as wasm from '@murmuration/engine/tfjs/wasm-node';
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

it('loads the minified builds on Node, for whoever names the packages as well', () => {
  const load = createRequire(import.meta.url);
  for (const name of ['core', 'layers', 'backend-cpu', 'backend-wasm']) {
    const place = load.resolve(`@tensorflow/tfjs-${name}`);
    expect(place).toMatch(/\.node\.js$/);
    expect(load.cache[place]?.filename, name).toMatch(/\.es2017\.min\.js$/);
  }
  const { version_wasm } = load('@tensorflow/tfjs-backend-wasm');
  expect(wasm.version_wasm).toBe(version_wasm);
});
