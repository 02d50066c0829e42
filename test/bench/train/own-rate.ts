import { createWorkspace } from '@murmuration/engine/fused/web-assembly';

const SIDE = 512;

/** One product of two matrices of 512 × 512 on the fused kernels: what the other products may be held to. */
export async function squareProduct(): Promise<{ readonly flops: number; run(): void }> {
  const workspace = await createWorkspace();
  const { kernels } = workspace;
  const reserve = () => workspace.reserve(SIDE * SIDE);
  const [a, b, c] = [reserve(), reserve(), reserve()];
  const scratch = workspace.reserveBytes(kernels.scratchBytes(0));
  workspace.commit();
  workspace.floats.fill(0.5, a / 4, c / 4);
  return {
    flops: 2 * SIDE ** 3,
    run: () => kernels.multiply(SIDE, SIDE, SIDE, a, SIDE, 0, b, SIDE, 0, c, SIDE, 0, 0, scratch),
  };
}
