import type { Worker as NodeWorker } from 'node:worker_threads';
import { type HelperStart, helperScript } from './helper.ts';

/** Thread that runs `helperScript`. */
export interface Helper {
  end(): Promise<void>;
}

/**
 * Starts a helper; resolves once it is ready, and rejects if workers are forbidden or their script does not
 * run.
 */
export function startHelper(start: HelperStart): Promise<Helper> {
  // Bundlers for browsers would try to resolve an import of it.
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  return node ? inNode(node.Worker, start) : inBrowser(start);
}

async function inNode(Worker: typeof NodeWorker, start: HelperStart): Promise<Helper> {
  // The process's own Node arguments are meant for its own scripts.
  const worker = new Worker(helperScript, { eval: true, execArgv: [], name: 'training helper' });
  worker.postMessage(start);
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', code => reject(new Error(`a helper ended with code ${code}`)));
  });
  worker.unref();
  return {
    async end() {
      await worker.terminate();
    },
  };
}

async function inBrowser(start: HelperStart): Promise<Helper> {
  const url = URL.createObjectURL(new Blob([helperScript], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url, { name: 'training helper' });
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener('message', () => resolve(), { once: true });
      worker.addEventListener('error', event => {
        event.preventDefault();
        worker.terminate();
        reject(new Error(event.message || 'the page allows no worker from a blob'));
      });
      worker.postMessage(start);
    });
    return {
      async end() {
        worker.terminate();
      },
    };
  } finally {
    URL.revokeObjectURL(url);
  }
}
