import type { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Posts `request` to a worker thread that answers one message at a time, and returns its answer. Throws the
 * thread's failure, `server.stopping` if it has ended, and the reason of `signal` once that is aborted: the
 * thread may then still answer, and must not be asked again. From now on the thread keeps the process alive,
 * until the caller unrefs it.
 */
export function askWorker<Reply>(worker: Worker, request: unknown, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      act();
    };
    const onMessage = (reply: Reply) => settle(() => resolve(reply));
    const onError = (error: unknown) => settle(() => reject(error as Error));
    const onExit = () => settle(() => reject(new MurmurationError('server.stopping')));
    const onAbort = () => settle(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort);
    worker.ref();
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  });
}
