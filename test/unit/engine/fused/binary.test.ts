import { kernelsBase64 } from '@murmuration/engine/fused/binary';
import { relaxedKernelsBase64 } from '@murmuration/engine/fused/relaxed-binary';
import { masksBase64 } from '@murmuration/protocol/kernels/masks-binary';
import { sumsBase64 } from '@murmuration/protocol/kernels/sums-binary';
import { expect, it } from 'vitest';
import { checkKernels } from '../../../kernels-check.ts';

it.for(['binary', 'relaxed-binary', 'javascript-kernels'])(
  'the kernels of %s are those that the pinned compiler makes of engine/assembly, byte for byte',
  async (name, { signal }) => {
    const target = `engine/src/fused/${name}.ts`;
    const said = await checkKernels(target, signal);
    expect(said.startsWith(`${target}: `) && /: \d+ bytes\.\n$/.test(said), said).toBe(true);
  },
);

it('the kernels are small, and take nothing from their host but a memory', () => {
  const bytes = Buffer.from(kernelsBase64, 'base64');
  const all = [relaxedKernelsBase64, masksBase64, sumsBase64].map(text => Buffer.from(text, 'base64'));
  expect(all.reduce((sum, { length }) => sum + length, bytes.length)).toBeLessThan(150_000);
  expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
});
