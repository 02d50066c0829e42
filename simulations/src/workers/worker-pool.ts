import type { Transferable } from 'node:worker_threads';
import { errorOfThread } from '@murmuration/client-sdk/training/training-errors';
import { type Timer, Timers } from '@murmuration/protocol/time/timers';
import { Piscina } from 'piscina';
import type { Job, ResultOf, WorkerSetup } from './jobs.ts';

/** How a job goes through the pool. */
export interface Dispatch {
  /** When it is wanted, on the clock of the devices: the earliest goes first. */
  readonly due: number;
  /** The thread that has what the job needs; by default whichever is free. */
  readonly thread?: number;
  /** Buffers that change threads without a copy. */
  readonly transfer?: readonly Transferable[];
}

/** A job that was handed over. */
export interface Handed<Result> {
  /** Throws what the thread failed with. */
  readonly result: Promise<Result>;
  /** Takes the job out of the queue where no thread has it yet: its result never comes then. */
  cancel(): void;
}

/** A thread of a pool: a Piscina with one. */
export type Thread = Pick<Piscina, 'run' | 'destroy'>;

/** Jobs that a thread has at once: the one that it does, and one to go on with, so that it never waits for this thread. */
const mostJobs = 2;

/** So many threads for the jobs of a run. */
export function startThreads(workers: number, setup: WorkerSetup): Thread[] {
  const filename = new URL('./worker.ts', import.meta.url).href;
  return Array.from(
    { length: workers },
    () =>
      new Piscina({
        filename,
        minThreads: 1,
        maxThreads: 1,
        concurrentTasksPerWorker: mostJobs,
        workerData: setup,
      }),
  );
}

/**
 * Threads that compute what devices would, one job at a time each, while the next one waits in the thread. Those that are due first are
 * handed over first; when their results count is for the clock of the devices to say. A thread that dies takes both its jobs with it.
 */
export class WorkerPool {
  readonly #threads: readonly Thread[];
  /** Jobs that any thread may do, then those of each thread. */
  readonly #queue = new Timers();
  readonly #own: readonly Timers[];
  /** Jobs that each thread has. */
  readonly #jobs: number[];
  /** Masked rounds that each thread holds. */
  readonly #held: number[];
  /** The thread that the job which is taken goes to. */
  #next = 0;
  #ids = 0;

  /** At least one; they end with the pool. */
  constructor(threads: readonly Thread[]) {
    this.#threads = threads;
    this.#own = this.#threads.map(() => new Timers());
    this.#jobs = this.#threads.map(() => 0);
    this.#held = this.#threads.map(() => 0);
  }

  /** Of something that a thread is to hold. */
  nextId(): number {
    return this.#ids++;
  }

  get size(): number {
    return this.#threads.length;
  }

  /** The thread that is to hold something for the jobs to come; until `release`. */
  hold(): number {
    const thread = this.#held.indexOf(Math.min(...this.#held));
    this.#held[thread]! += 1;
    return thread;
  }

  release(thread: number): void {
    this.#held[thread]! -= 1;
  }

  run<Kind extends Job>(job: Kind, { due, thread, transfer = [] }: Dispatch): Handed<ResultOf<Kind>> {
    let queued: Timer | undefined;
    const queue = thread === undefined ? this.#queue : this.#own[thread]!;
    const result = new Promise<ResultOf<Kind>>((resolve, reject) => {
      const begin = (on: number) => {
        this.#jobs[on]! += 1;
        this.#threads[on]!.run(job, { transferList: transfer as never })
          .then(resolve, (cause: unknown) => reject(errorOfThread(cause)))
          .finally(() => {
            this.#jobs[on]! -= 1;
            this.#begin();
          });
      };
      queued = queue.add(due, () => begin(this.#next));
    });
    // Whoever waits is told; a result that nobody wants any more is no fault.
    result.catch(() => {});
    this.#begin();
    return { result, cancel: () => queue.cancel(queued!) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.destroy()));
  }

  /** Gives each thread what is due first of what it can do: first those that have nothing to do. */
  #begin(): void {
    for (let jobs = 0; jobs < mostJobs; jobs++) {
      for (const thread of this.#threads.keys()) {
        if (this.#jobs[thread]! > jobs) continue;
        const own = this.#own[thread]!;
        const mine = own.first();
        const any = this.#queue.first();
        this.#next = thread;
        if (mine && (!any || mine.time <= any.time)) own.take().wake();
        // The last ones wait for whichever thread is free first.
        else if (any && (jobs === 0 || this.#queue.size > this.size)) this.#queue.take().wake();
      }
    }
  }
}
