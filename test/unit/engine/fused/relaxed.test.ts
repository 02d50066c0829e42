import { relaxedKernelsBase64 } from '@murmuration/engine/fused/relaxed-binary.js';
import { createWorkspace } from '@murmuration/engine/fused/web-assembly';
import * as tf from '@murmuration/engine/tfjs/tf';
import { expect, it } from 'vitest';
import { numbers, relativeError } from '../numbers.ts';
import { fused, plain, plainBatch, weightsOf } from './in-training.ts';
import { batchOf, build, small } from './models.ts';

const supported = WebAssembly.validate(Buffer.from(relaxedKernelsBase64, 'base64'));
const [m, n, k] = [37, 45, 600];

/** One product, and what it should be, summed up in double precision. */
async function product(reproducible: boolean): Promise<[Float32Array, Float32Array]> {
  const workspace = await createWorkspace(reproducible);
  const { kernels } = workspace;
  const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
  const at = [a, b, new Float32Array(m * n)].map(values => workspace.reserve(values.length));
  const scratch = workspace.reserveBytes(kernels.scratchBytes(0));
  workspace.commit();
  for (const [i, values] of [a, b].entries()) workspace.view(at[i]!, values.length).set(values);
  kernels.multiply(m, n, k, at[0]!, k, 0, at[1]!, n, 0, at[2]!, n, 0, 0, scratch);
  const expected = Float32Array.from({ length: m * n }, (_, i) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[Math.floor(i / n) * k + p]! * b[p * n + (i % n)]!;
    return sum;
  });
  return [workspace.view(at[2]!, m * n).slice(), expected];
}

async function losses(reproducible: boolean, steps: number): Promise<number[]> {
  await tf.setBackend('cpu');
  const model = build(small);
  const training = await fused(model, { reproducible });
  training.begin(weightsOf(model), { ...plain, learningRate: 0.5 }, { batch: 4, steps: 5 });
  return Array.from({ length: steps }, (_, i) => training.step(plainBatch(batchOf(small, 4, 5, i % 10))));
}

it.skipIf(!supported)(
  'products with fused multiply-add are exact, though not the same bytes (skipped: no relaxed SIMD here)',
  async () => {
    const [relaxed, expected] = await product(false);
    expect(relativeError(relaxed, expected)).toBeLessThan(1e-6);
  },
);

it.skipIf(!supported)(
  'training that need not be reproducible has the same loss curve over 120 steps',
  async () => {
    const [plain, relaxed] = [await losses(true, 120), await losses(false, 120)];
    for (const [i, loss] of plain.entries()) expect(Math.abs(relaxed[i]! - loss)).toBeLessThan(1e-3);
  },
);

it.skipIf(supported)(
  'without relaxed SIMD the plain kernels take over (skipped: relaxed SIMD is here)',
  async () => {
    expect((await product(false))[0]).toEqual((await product(true))[0]);
    expect(await losses(false, 3)).toEqual(await losses(true, 3));
  },
);
