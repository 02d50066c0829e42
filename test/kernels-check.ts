import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * Expects the modules of kernels at `targets` to be what their sources compile to, whatever was kept of earlier ones; `beside` is what comes with them.
 * A module takes seconds, all of the engine's on a busy machine minutes.
 */
export async function expectCompiled(
  targets: readonly string[],
  beside: readonly string[],
  signal: AbortSignal,
) {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-kernels-'));
  try {
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null, _: string, said: string) =>
        error ? reject(new Error(said || error.message)) : resolve();
      execFile(process.execPath, ['scripts/kernels.mjs', folder, ...targets], { cwd: root, signal }, done);
    });
    for (const file of [...targets, ...beside]) {
      const [made, compiled] = await Promise.all([root, folder].map(each => readFile(join(each, file))));
      expect(made!.equals(compiled!), file).toBe(true);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
