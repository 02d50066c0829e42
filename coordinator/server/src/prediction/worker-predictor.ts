import { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { askWorker } from '@murmuration/rounds/workers/ask-worker';
import type { Predictor } from './predictor.ts';
import type { PredictorReply, PredictorRequest } from './worker.ts';

/** Predicts in a worker thread of its own, one input after the other. The thread starts with the first one, and keeps one version. */
export function workerPredictor(): Predictor {
  let worker: Worker | undefined;
  let loaded: ModelHash | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const forget = () => {
    worker = undefined;
    loaded = undefined;
  };
  const start = () => {
    const started = new Worker(new URL('./worker.ts', import.meta.url));
    started.unref();
    started.once('exit', () => worker === started && forget());
    worker = started;
    return started;
  };
  const stop = async () => {
    const old = worker;
    forget();
    await old?.terminate();
  };
  return {
    predict(model, files, input, signal) {
      let hasBegun = false;
      const result = queue.then(async () => {
        signal.throwIfAborted();
        hasBegun = true;
        if (loaded !== model) {
          loaded = undefined;
          await ask(worker ?? start(), { kind: 'load', files: await files() }, signal);
          loaded = model;
        }
        return (await ask(worker!, { kind: 'predict', input }, signal))!;
      });
      queue = result.then(
        () => worker?.unref(),
        async error => {
          // A refusal says nothing about the thread; any other failure leaves it in a state that nobody knows.
          const isRefusal = error instanceof MurmurationError && !signal.aborted;
          if (!hasBegun || isRefusal) worker?.unref();
          else await stop();
        },
      );
      return result;
    },
    close: stop,
  };
}

async function ask(
  worker: Worker,
  request: PredictorRequest,
  signal: AbortSignal,
): Promise<Float32Array | null> {
  const reply = await askWorker<PredictorReply>(worker, request, signal);
  if ('logits' in reply) return reply.logits;
  if (reply.code) throw new MurmurationError(reply.code, reply.detail);
  throw new Error(`The prediction failed: ${reply.detail}`);
}
