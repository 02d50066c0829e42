import { setFlagsFromString } from 'node:v8';
import type { Config } from '@murmuration/coordinator/assembly/config';
import type { CoordinatorEnvironment } from '@murmuration/coordinator/assembly/main';

/** What a coordinator may take of its machine: all of it, or as little as it can. */
export const profiles = ['standard', 'small'] as const;
export type Profile = (typeof profiles)[number];

/**
 * For V8 as it runs: it prefers little code over fast code, runs what is not very hot from its bytecode, collects garbage after each megabyte
 * of young objects instead of each sixteen, frees buffers in the collection that finds them, and lets the heap grow by a tenth instead of by half or more before it
 * looks for old garbage. What a round computes for long is native, or WebAssembly. The most that young objects may take is fixed once V8 has
 * started; that they take no more than at its start is not. To be set before the engine and the coordinator load.
 */
const smallHeap = [
  '--optimize-for-size',
  '--no-sparkplug',
  '--no-maglev',
  // Optimises what has run a hundred times as long as is usual; Node 20 counts bytecode, later ones calls.
  Number.parseInt(process.versions.v8, 10) < 12
    ? '--interrupt-budget=6700000'
    : '--invocation-count-for-turbofan=300000',
  '--semi-space-growth-factor=1',
  '--no-concurrent-array-buffer-sweeping',
  '--heap-growing-percent=10',
];
/** Uploads that are read at the same time, and their bytes; devices whose turn has not come ask again. */
const [smallUploads, smallUploadBytes] = [8, 2 << 20];

/** Makes this process one of a profile, and says what its coordinator is given besides. */
export function applyProfile(profile: Profile): Pick<CoordinatorEnvironment, 'threads'> {
  if (profile === 'standard') return {};
  for (const flag of smallHeap) setFlagsFromString(flag);
  return { threads: 0 };
}

/** A configuration as a profile allows it: limits that are lower already stay. */
export function profiled(config: Config, profile: Profile): Config {
  if (profile === 'standard') return config;
  const { limits } = config;
  return {
    ...config,
    limits: {
      ...limits,
      uploads: Math.min(limits.uploads, smallUploads),
      uploadBytes: Math.min(limits.uploadBytes, smallUploadBytes),
    },
  };
}
