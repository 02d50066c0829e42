import { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Metrics } from '../registry/model-version.ts';
import type { Evaluator } from './evaluator.ts';
import type { EvaluationReply, EvaluationRequest } from './worker.ts';

/**
 * Evaluates in a worker thread, so that devices are served meanwhile. `module` names a module whose default export is an
 * `Evaluate`; `data` is passed to it once, cloned.
 */
export function workerEvaluator(module: URL, data: unknown): Evaluator {
  let worker: Worker | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const start = () => {
    worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { module: module.href, data },
    });
    worker.unref();
    return worker;
  };
  return {
    evaluate(model, signal) {
      const result = queue
        .then(() => {
          signal.throwIfAborted();
          return ask(worker ?? start(), model, signal);
        })
        .finally(() => worker?.unref());
      queue = result.catch(() => {
        // A worker that failed is not asked again.
        void worker?.terminate();
        worker = undefined;
      });
      return result;
    },
    async close() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}

function ask(worker: Worker, model: ModelFiles, signal: AbortSignal): Promise<Metrics> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      act();
    };
    const onMessage = (reply: EvaluationReply) =>
      settle(() =>
        'metrics' in reply
          ? resolve(reply.metrics)
          : reject(new Error(`The evaluation failed: ${reply.error}`)),
      );
    const onError = (error: unknown) => settle(() => reject(error as Error));
    const onExit = () => settle(() => reject(new MurmurationError('server.stopping')));
    const onAbort = () => settle(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort);
    worker.ref();
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ model } satisfies EvaluationRequest);
  });
}
