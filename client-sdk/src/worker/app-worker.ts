import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Remote, releaseProxy, wrap } from 'comlink';
import { errorOfThread } from '../training/training-errors.ts';
import type { WorkerService } from './serve-training.ts';

/** Starts the app's worker, whose script calls `serveTraining`. */
export type Spawn = () => Worker;

/** A worker of the app that runs. */
interface RunningWorker {
  /**
   * Does something in the worker. Throws the error that comes from there, `training.failed` where its script does not run, and
   * `training.stopped` once it has been ended.
   */
  call<Result>(work: (service: Remote<WorkerService>) => Promise<Result>): Promise<Result>;
}

/** A worker of the app, started when it is first needed, and again after its end. */
export interface AppWorker {
  running(): RunningWorker;
  end(): void;
}

export function appWorker(spawn: Spawn): AppWorker {
  let current: { readonly running: RunningWorker; end(reason: MurmurationError): void } | undefined;

  const start = () => {
    const worker = spawn();
    const service = wrap<WorkerService>(worker);
    const ended = new AbortController();
    const { signal } = ended;
    const end = (reason: MurmurationError) => {
      current = undefined;
      service[releaseProxy]();
      worker.terminate();
      ended.abort(reason);
    };
    worker.addEventListener('error', event => {
      event.preventDefault();
      const why = event.message || 'its script does not load; the console of the browser has the reason';
      end(new MurmurationError('training.failed', `The app's worker failed: ${why}`));
    });
    const call: RunningWorker['call'] = async work => {
      signal.throwIfAborted();
      const result = work(service).catch(cause => {
        throw errorOfThread(cause);
      });
      return untilAborted(result, signal);
    };
    return { running: { call }, end };
  };

  return {
    running() {
      current ??= start();
      return current.running;
    },
    end: () => current?.end(new MurmurationError('training.stopped')),
  };
}
