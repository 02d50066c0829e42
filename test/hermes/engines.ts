import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
// @ts-expect-error It has no types.
import { transformAsync } from '@babel/core';
import { bundleOf } from '../../scripts/program.mjs';

const execute = promisify(execFile);
const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Hermes 0.12 for Linux, which has no WebAssembly, no WebCrypto and no private fields. */
const hermes = join(require.resolve('hermes-engine-cli/package.json'), '../linux64-bin/hermes');

/** Whether this machine runs that binary. */
export const hasHermes = process.platform === 'linux' && process.arch === 'x64';

/**
 * A program as one script, of the sources as they are; whatever prints uses `print`. Node's cryptography is left out of it: the primitives of
 * phones take its place.
 */
export async function scriptOf(program: string): Promise<string> {
  const bundle = await bundleOf(program, {
    name: 'test/hermes/program',
    platform: 'neutral',
    instead: { '@murmuration/protocol/primitives/node': join(root, 'test/hermes/native.ts') },
  });
  const { output } = await bundle.generate({ format: 'iife', codeSplitting: false });
  return output[0].code;
}

/** What Metro makes of a script for Hermes, by Babel's preset of React Native. */
export async function forHermes(script: string): Promise<string> {
  const preset = require.resolve('@react-native/babel-preset');
  const made = await transformAsync(script, {
    presets: [[preset, { enableBabelRuntime: false, disableImportExportTransform: true }]],
    babelrc: false,
    configFile: false,
    compact: true,
    sourceType: 'script',
    filename: 'program.js',
  });
  return made!.code!;
}

/** What a script prints on Hermes, and its CPU ms. Throws what Hermes says of an error. */
export async function runOnHermes(
  script: string,
): Promise<{ readonly printed: string; readonly cpuMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-hermes-'));
  try {
    const file = join(folder, 'program.js');
    writeFileSync(file, script);
    // The shell tells what its child has used.
    const line = 'TIMEFORMAT="%U %S"; time "$0" -w -O "$1"';
    const { stdout, stderr } = await execute('bash', ['-c', line, hermes, file], {
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 1 << 26,
    });
    const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
    return { printed: stdout.trim(), cpuMs: 1_000 * (user! + system!) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The line that a script prints in Node, in a realm that has nothing of it but timers, and WebAssembly or not. */
export function runOnNode(script: string, hasKernels: boolean): Promise<string> {
  return new Promise(resolve => {
    const context = createContext({ print: resolve, setTimeout, atob });
    // Every realm has its own, which can be taken from it.
    if (!hasKernels) runInContext('delete globalThis.WebAssembly', context);
    runInContext(script, context);
  });
}
