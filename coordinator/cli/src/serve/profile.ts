import { setFlagsFromString } from 'node:v8';
import type { Config } from '@murmuration/coordinator/assembly/config';
import type { CoordinatorEnvironment } from '@murmuration/coordinator/assembly/main';

/** Resource profiles of a coordinator: the whole machine, or as little as possible. */
export const profiles = ['standard', 'small'] as const;
export type Profile = (typeof profiles)[number];

const v8 = Number.parseInt(process.versions.v8, 10);
/** True since Node 22, whose V8 counts calls instead of bytecode, also for WebAssembly wrappers. */
const countsCalls = v8 >= 12;
/**
 * True since Node 24, which has Maglev, the smaller of its two optimising compilers: it loads 2 MB of the
 * binary into memory instead of 6.
 */
const hasMaglev = v8 >= 13 && ['x64', 'arm64'].includes(process.arch);

/**
 * V8 flags that can be set at run time: V8 prefers small code over fast code, interprets all but very hot
 * code, collects garbage after each megabyte of young objects instead of each sixteen, frees buffers in the
 * collection that finds them, and lets the heap grow by a tenth instead of by half or more before it collects
 * old garbage, in one go. Long computations of a round are native or WebAssembly. The maximum size of the
 * young generation is fixed once V8 has started, but keeping it at its initial size is not. Set them before
 * the engine and the coordinator load.
 */
const smallHeap = [
  '--optimize-for-size',
  '--no-sparkplug',
  // Code is optimised only after a hundred times the usual number of runs; for calls, after as many as V8 can
  // count for a function of 60 kB.
  ...(countsCalls
    ? ['--invocation-count-for-maglev=30000', '--invocation-count-for-turbofan=30000']
    : ['--interrupt-budget=6700000']),
  // WebAssembly and its wrappers keep their first compilation: TurboFan would be loaded for these few
  // functions.
  ...(countsCalls
    ? ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--wasm-wrapper-tiering-budget=1000000000']
    : ['--wasm-tiering-budget=180000000']),
  '--semi-space-growth-factor=1',
  '--no-concurrent-array-buffer-sweeping',
  '--heap-growing-percent=10',
  // During incremental marking, as much garbage is added as is found.
  '--no-incremental-marking',
];
/**
 * Maximum number of uploads read at the same time, and of their bytes; other uploads are told when to retry.
 */
const [smallUploads, smallUploadBytes] = [24, 2 << 20];

/**
 * Applies a profile to this process, before it loads most of its modules. `endLoading` must follow: until
 * then nothing is optimised, because Node's own loading code has been counted since before the profile.
 */
export function applyProfile(profile: Profile): void {
  if (profile === 'standard') return;
  for (const flag of [...smallHeap, '--no-opt', '--no-maglev']) setFlagsFromString(flag);
}

/** Tells a process with a profile that its modules are loaded. */
export function endLoading(profile: Profile): void {
  if (profile === 'small') setFlagsFromString(hasMaglev ? '--maglev' : '--opt');
}

/** Returns the environment that a profile gives the coordinator in addition to its configuration. */
export const environmentOf = (profile: Profile): Pick<CoordinatorEnvironment, 'threads'> =>
  profile === 'small' ? { threads: 0 } : {};

/** Lowers the limits of a configuration to those of a profile; lower ones stay. */
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
