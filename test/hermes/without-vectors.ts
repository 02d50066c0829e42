import type { Kernels } from '@murmuration/engine/fused/kernels';
import { Workspace } from '@murmuration/engine/fused/workspace';
import { compileKernels } from '../../scripts/kernels/compile.mjs';
import { scalarBuild } from '../../scripts/kernels/javascript.mjs';
import { oneStep } from './learning.ts';
import { digestOf } from './proofs.ts';

/** The digest of `oneStep` in Node, on the build of which the kernels in JavaScript were made: WebAssembly without vectors. */
export async function oneStepWithoutVectors(): Promise<string> {
  const source = { folder: 'engine/assembly', entry: 'index.ts', features: 'simd' };
  const module = new WebAssembly.Module(Uint8Array.from(scalarBuild(await compileKernels(source, false))));
  const workspaceOf = () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return new Workspace(exports as unknown as Kernels, memory);
  };
  return digestOf(oneStep(workspaceOf).map(values => new Uint8Array(values.slice().buffer)));
}
