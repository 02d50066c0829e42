import type { Kernels } from '../kernels.ts';

/** Kernels that may run in any thread, and which of their arguments is scratch memory; −1 for none. */
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
/** In the order of their numbers. */
export const sharedKernels = Object.entries(shared) as [SharedKernel, number][];
/** How helpers call them. */
export const numberOf = Object.fromEntries(sharedKernels.map(([name], i) => [name, i])) as Record<
  SharedKernel,
  number
>;

/** A call of a kernel. What several of them write at a time must be apart. */
export type Call = {
  readonly [Name in SharedKernel]: readonly [name: Name, ...args: Parameters<Kernels[Name]>];
}[SharedKernel];

/** Makes a call on the caller's own thread. */
export function perform(kernels: Kernels, [name, ...args]: Call): void {
  (kernels[name] as (...args: number[]) => void)(...args);
}
