import type { Kernels } from '../kernels.ts';

/** Kernels that may run in any thread, each with the index of its scratch argument; −1 for none. */
const shared = {
  multiply: 13,
  multiplyPacked: 11,
  softmaxCrossEntropy: -1,
  gatherPatches: -1,
  sgd: -1,
  proximalSgd: -1,
  pull: -1,
  momentum: -1,
  adam: -1,
} as const satisfies Partial<Record<keyof Kernels, number>>;

type SharedKernel = keyof typeof shared;
/** Shared kernels in the order of their numbers. */
export const sharedKernels = Object.entries(shared) as [SharedKernel, number][];
/** Numbers by which helpers call the kernels. */
export const numberOf = Object.fromEntries(sharedKernels.map(([name], i) => [name, i])) as Record<
  SharedKernel,
  number
>;

/** Call of a kernel. Calls that run at the same time must write to separate memory. */
export type KernelCall = {
  readonly [Name in SharedKernel]: readonly [name: Name, ...args: Parameters<Kernels[Name]>];
}[SharedKernel];

/** Runs a call on the caller's own thread. */
export function perform(kernels: Kernels, [name, ...args]: KernelCall): void {
  (kernels[name] as (...args: number[]) => void)(...args);
}
