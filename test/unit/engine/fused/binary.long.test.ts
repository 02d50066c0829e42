import { kernelsBase64 } from '@murmuration/engine/fused/binary.js';
import { relaxedKernelsBase64 } from '@murmuration/engine/fused/relaxed-binary.js';
import { masksBase64 } from '@murmuration/protocol/kernels/masks-binary.js';
import { sumsBase64 } from '@murmuration/protocol/kernels/sums-binary.js';
import { expect, it } from 'vitest';
import { expectCompiled } from '../../../kernels-check.ts';

it.for(['binary', 'relaxed-binary', 'javascript-kernels'])(
  'the kernels of %s are those that the pinned compiler makes of engine/assembly, byte for byte',
  (name, { signal }) =>
    expectCompiled(
      [`engine/src/fused/${name}.js`],
      name === 'binary' ? ['engine/src/kernels.wasm'] : [],
      signal,
    ),
);

it('the kernels are small, and take nothing from their host but a memory', () => {
  const bytes = Buffer.from(kernelsBase64, 'base64');
  const all = [relaxedKernelsBase64, masksBase64, sumsBase64].map(text => Buffer.from(text, 'base64'));
  expect(all.reduce((sum, { length }) => sum + length, bytes.length)).toBeLessThan(150_000);
  expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
});
