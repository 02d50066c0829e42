import { spawnSync } from 'node:child_process';
import { kernelsBase64 } from '@murmuration/engine/fused/binary';
import { relaxedKernelsBase64 } from '@murmuration/engine/fused/relaxed-binary';
import { masksBase64 } from '@murmuration/protocol/kernels/masks-binary';
import { sumsBase64 } from '@murmuration/protocol/kernels/sums-binary';
import { expect, it } from 'vitest';

it('the kernels are those that the pinned compiler makes of engine/assembly, byte for byte', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/kernels.mjs', 'engine', '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(
    /^engine\/src\/fused\/binary\.ts: \d+ bytes\.\nengine\/src\/fused\/relaxed-binary\.ts: \d+ bytes\.\nengine\/src\/fused\/javascript-kernels\.ts: \d+ bytes\.\n$/,
  );
  expect(status).toBe(0);
});

it('the kernels are small, and take nothing from their host but a memory', () => {
  const bytes = Buffer.from(kernelsBase64, 'base64');
  const all = [relaxedKernelsBase64, masksBase64, sumsBase64].map(text => Buffer.from(text, 'base64'));
  expect(all.reduce((sum, { length }) => sum + length, bytes.length)).toBeLessThan(150_000);
  expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
});
