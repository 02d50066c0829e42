import { masksBase64 } from '@murmuration/protocol/kernels/masks-binary';
import { sumsBase64 } from '@murmuration/protocol/kernels/sums-binary';
import { updatesBase64 } from '@murmuration/protocol/kernels/updates-binary';
import { expect, it } from 'vitest';
import { checkKernels } from '../../../kernels-check.ts';

const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

it('the kernels are those that the pinned compiler makes of protocol/assembly, byte for byte', async ({
  signal,
}) => {
  expect(await checkKernels('protocol', signal)).toBe(
    `protocol/src/kernels/masks-binary.ts: ${bytesOf(masksBase64).length} bytes.\n` +
      `protocol/src/kernels/updates-binary.ts: ${bytesOf(updatesBase64).length} bytes.\n` +
      `protocol/src/kernels/sums-binary.ts: ${bytesOf(sumsBase64).length} bytes.\n`,
  );
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
