import { setFlagsFromString } from 'node:v8';
import type { Config } from '@murmuration/coordinator/assembly/config';
import type { CoordinatorEnvironment } from '@murmuration/coordinator/assembly/main';

/** What a coordinator may take of its machine: all of it, or as little as it can. */
export const profiles = ['standard', 'small'] as const;
export type Profile = (typeof profiles)[number];

const v8 = Number.parseInt(process.versions.v8, 10);
/** V8 since Node 22: it counts calls where it counted bytecode before, of wrappers of WebAssembly as well. */
const countsCalls = v8 >= 12;
/** Since Node 24: the smaller one of its two compilers that optimise, which brings 2 MB of the binary into memory instead of 6. */
const hasMaglev = v8 >= 13 && ['x64', 'arm64'].includes(process.arch);

/**
 * For V8 as it runs: it prefers little code over fast code, runs what is not very hot from its bytecode, collects garbage after each megabyte
 * of young objects instead of each sixteen, frees buffers in the collection that finds them, and lets the heap grow by a tenth instead of by half or more before it
 * looks for old garbage, at once. What a round computes for long is native, or WebAssembly. The most that young objects may take is fixed once V8 has
 * started; that they take no more than at its start is not. To be set before the engine and the coordinator load.
 */
const smallHeap = [
  '--optimize-for-size',
  '--no-sparkplug',
  // What is optimised has run a hundred times as long as is usual; of calls, as many as V8 can count for a function of 60 kB.
  ...(countsCalls
    ? ['--invocation-count-for-maglev=30000', '--invocation-count-for-turbofan=30000']
    : ['--interrupt-budget=6700000']),
  // WebAssembly, and what calls it, stays as it was compiled first: TurboFan would come into memory for these few functions.
  ...(countsCalls
    ? ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--wasm-wrapper-tiering-budget=1000000000']
    : ['--wasm-tiering-budget=180000000']),
  '--semi-space-growth-factor=1',
  '--no-concurrent-array-buffer-sweeping',
  '--heap-growing-percent=10',
  // While V8 marks by and by, as much comes again as it looks for.
  '--no-incremental-marking',
];
/** Uploads that are read at the same time, and their bytes; the others are told their turns. */
const [smallUploads, smallUploadBytes] = [24, 2 << 20];

/**
 * Makes this process one of a profile, before it loads most of its modules. `endLoading` is to follow: until then nothing is optimised, since
 * what Node itself loads modules with has been counted since before the profile.
 */
export function applyProfile(profile: Profile): void {
  if (profile === 'standard') return;
  for (const flag of [...smallHeap, '--no-opt', '--no-maglev']) setFlagsFromString(flag);
}

/** Says to a process with a profile that its modules are loaded. */
export function endLoading(profile: Profile): void {
  if (profile === 'small') setFlagsFromString(hasMaglev ? '--maglev' : '--opt');
}

/** What the coordinator of a profile is given besides its configuration. */
export const environmentOf = (profile: Profile): Pick<CoordinatorEnvironment, 'threads'> =>
  profile === 'small' ? { threads: 0 } : {};

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
