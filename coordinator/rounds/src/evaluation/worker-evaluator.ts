import { Worker } from 'node:worker_threads';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { askWorker } from '../workers/ask-worker.ts';
import type { Evaluation } from './evaluation.ts';
import type { Evaluator } from './evaluator.ts';
import type { Metrics } from './metrics.ts';
import type { EvaluationReply, EvaluationRequest } from './worker.ts';

/**
 * Evaluates in a worker thread, so that devices are served meanwhile. `module` names a module whose default
 * export is an `Evaluate`; `data` is passed to it once, cloned. A gate may name the figures in `promised`.
 */
export function workerEvaluator(
  module: URL,
  data: unknown,
  promised: Pick<Evaluator, 'measures' | 'slices'> = {},
): Evaluator {
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
    ...promised,
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

async function ask(worker: Worker, model: ModelFiles, signal: AbortSignal): Promise<Metrics | Evaluation> {
  const request: EvaluationRequest = { model };
  const reply = await askWorker<EvaluationReply>(worker, request, signal);
  if ('error' in reply) throw new Error(`The evaluation failed: ${reply.error}`);
  return reply.evaluation;
}
