import type { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Posts `request` to a worker thread that answers one message at a time, and returns its answer. Throws what the thread failed with,
 * `server.stopping` where it has ended, and the reason of `signal` once that is aborted: the thread may then answer still, and
 * is not to be asked again. The thread keeps the process alive from now on, until the caller unrefs it.
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
