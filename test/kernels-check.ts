import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * What `npm run kernels -- TARGET --check` says of a file of kernels, or of those of a package; rejects where one is not what its sources compile
 * to. A file at a time takes seconds, all of the engine's on a busy machine minutes.
 */
export function checkKernels(target: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['scripts/kernels.mjs', target, '--check'],
      { cwd: root, signal },
      (error, _, said) => (error ? reject(new Error(`${target}: ${said || error.message}`)) : resolve(said)),
    );
  });
}
