import { masksBase64 } from '@murmuration/protocol/kernels/masks-binary.js';
import { sumsBase64 } from '@murmuration/protocol/kernels/sums-binary.js';
import { updatesBase64 } from '@murmuration/protocol/kernels/updates-binary.js';
import { expect, it } from 'vitest';
import { expectCompiled } from '../../../kernels-check.ts';

const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

it('the kernels are those that the pinned compiler makes of protocol/assembly, byte for byte', ({
  signal,
}) => {
  const targets = ['masks', 'updates', 'sums'].map(name => `protocol/src/kernels/${name}-binary.js`);
  return expectCompiled(targets, [], signal);
});

it.each([masksBase64, updatesBase64])(
  'those of devices are small enough for every page to compile at once',
  base64 => {
    expect(bytesOf(base64).length).toBeLessThan(4096);
  },
);

it.each([masksBase64, updatesBase64, sumsBase64])(
  'they take nothing from their host but a memory',
  base64 => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytesOf(base64)))).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  },
);
