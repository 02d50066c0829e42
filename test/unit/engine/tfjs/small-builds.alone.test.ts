import { createRequire } from 'node:module';
import { Tensor } from '@murmuration/engine/tfjs/node';
import * as wasm from '@murmuration/engine/tfjs/wasm-node';
import { expect, it } from 'vitest';

it('loads the minified builds on Node, for those who name the packages as well', () => {
  const load = createRequire(import.meta.url);
  for (const [name, file] of [
    ['core', 'core'],
    ['layers', 'layers'],
    ['backend-cpu', 'cpu'],
    ['backend-wasm', 'wasm'],
  ]) {
    const place = load.resolve(`@tensorflow/tfjs-${name}`);
    expect(place).toMatch(/\.node\.js$/);
    expect(load.cache[place]?.filename, name).toMatch(`engine/src/tensorflow/${file}.cjs`);
    expect(load(place)[`version_${file}`]).toBe('4.22.0');
  }
  expect(load('@tensorflow/tfjs-core').Tensor).toBe(Tensor);
  expect(wasm.version_wasm).toBe(load('@tensorflow/tfjs-backend-wasm').version_wasm);
});
