import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Remote, releaseProxy, wrap } from 'comlink';
import { errorOfThread } from '../training/training-errors.ts';
import type { WorkerService } from './serve-training.ts';

/** Starts the app's worker, whose script calls `serveTraining`. */
export type Spawn = () => Worker;

export interface RunningWorker {
  /**
   * Runs `work` with the worker's service. Throws the worker's error, `training.module` if its script fails
   * to run, `training.no-answer` if it doesn't answer, and `training.stopped` once it has been ended.
   */
  call<Result>(work: (service: Remote<WorkerService>) => Promise<Result>): Promise<Result>;
}

/** Worker of the app, started on first use, and again after its end. */
export interface AppWorker {
  running(): RunningWorker;
  /** Ends the worker; pending calls throw the reason, by default `training.stopped`. */
  end(reason?: MurmurationError): void;
}

/** Most ms until a running worker answers `isThere`, however long it loads its training code. */
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
    // A worker of another version lacks this method, and its error is an answer, too.
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
