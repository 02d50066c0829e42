import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Remote, releaseProxy, wrap } from 'comlink';
import { errorOfThread } from '../training/training-errors.ts';
import type { WorkerService } from './serve-training.ts';

/** Starts the app's worker, whose script calls `serveTraining`. */
export type Spawn = () => Worker;

/** A worker of the app that runs. */
export interface RunningWorker {
  /**
   * Does something in the worker. Throws the error that comes from there, `training.module` where its script does not run, `training.no-answer` where that answers nothing, and
   * `training.stopped` once it has been ended.
   */
  call<Result>(work: (service: Remote<WorkerService>) => Promise<Result>): Promise<Result>;
}

/** A worker of the app, started when it is first needed, and again after its end. */
export interface AppWorker {
  running(): RunningWorker;
  /** What is under way throws the reason, by default `training.stopped`. */
  end(reason?: MurmurationError): void;
}

/** ms within which a worker that runs answers that it is there, however long it loads what it trains with. */
const untilThere = 10_000;

export function appWorker(spawn: Spawn, clock: Clock): AppWorker {
  let current: { readonly running: RunningWorker; end(reason: MurmurationError): void } | undefined;

  const start = () => {
    const worker = spawn();
    const service = wrap<WorkerService>(worker);
    const ended = new AbortController();
    const { signal } = ended;
    let isThere = false;
    const cancel = clock.at(clock.now() + untilThere, () =>
      end(
        new MurmurationError(
          'training.no-answer',
          "The app's worker does not answer; its script has to call serveTraining of @murmuration/client-sdk/worker.",
        ),
      ),
    );
    const answered = () => {
      isThere = true;
      cancel();
    };
    // One of another version has no such method, and says so.
    service.isThere().then(answered, answered);
    const end = (reason: MurmurationError) => {
      current = undefined;
      cancel();
      service[releaseProxy]();
      worker.terminate();
      ended.abort(reason);
    };
    worker.addEventListener('error', event => {
      event.preventDefault();
      const why = event.message || 'its script does not load; the console of the browser has the reason';
      end(
        new MurmurationError(
          isThere ? 'training.failed' : 'training.module',
          `The app's worker failed: ${why}`,
        ),
      );
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
    end: (reason = new MurmurationError('training.stopped')) => current?.end(reason),
  };
}
