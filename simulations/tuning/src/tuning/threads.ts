import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { GivenSettings } from '@murmuration/simulations/scenario/define-scenario';
import { Piscina } from 'piscina';
import type { SearchLog } from './journal.ts';
import type { Train, Trained, TrainingAsked } from './training.ts';
import { doTrial, type TrialJob } from './trial-job.ts';

type Pool = Piscina<TrialJob & { readonly passed: MessagePort }, Trained>;

export interface TrainingThreads {
  readonly train: Train;
  close(): Promise<void>;
}

export interface TrainingPorts extends Pick<TrialJob, 'module' | 'training' | 'metric'> {
  /** Returns all settings of a training; later ones take precedence. */
  readonly given: (asked: TrainingAsked) => readonly GivenSettings[];
  readonly journal: SearchLog;
  /** Folder for trainings between rungs. */
  readonly folder: string;
  /** Number of threads that train; 0: this thread trains, one training after the other. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called with the number of finished rounds or epochs of a batch, and their total. */
  readonly progress: (done: number, all: number, what: string) => void;
}

/**
 * Trains in threads, one training per thread; if there are fewer trainings than threads, each gets an equal
 * number of threads. Skips trainings that the journal contains.
 * @throws `training.stopped` once the signal is aborted and the current rounds have ended
 */
export function trainingThreads(ports: TrainingPorts): TrainingThreads {
  const { journal, folder, workers, signal, progress, given, ...common } = ports;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const abort = () => Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  let pool: Pool | undefined;
  const train: Train = async (asked, what) => {
    const missing = asked.filter(({ run }) => journal.outcomeOf(run) === undefined);
    // While a resumed search only reads earlier rungs, the folder has what later rungs need.
    if (missing.length > 0) await forgetOthers(folder, asked);
    const all = asked.reduce((sum, { from, until }) => sum + until - from, 0);
    const over = new Map(
      asked.map(({ run, from, until }) => [run, journal.outcomeOf(run) ? until - from : 0]),
    );
    const tell = () =>
      progress(
        [...over.values()].reduce((sum, rounds) => sum + rounds, 0),
        all,
        what,
      );
    tell();
    if (missing.length > 0 && workers > 0)
      pool ??= new Piscina({
        filename: new URL('./worker.ts', import.meta.url).href,
        minThreads: 0,
        maxThreads: workers,
        concurrentTasksPerWorker: 1,
        idleTimeout: Number.POSITIVE_INFINITY,
      });
    const each = Math.floor(workers / Math.max(1, missing.length));
    const one = async (each: TrainingAsked, workers: number) => {
      const { run, place, on, until, from, looks } = each;
      if (signal.aborted) throw new MurmurationError('training.stopped');
      const kept = place === null ? null : join(folder, place);
      const job = { ...common, given: given(each), on, folder: kept, until, looks, workers, stop };
      const passed = (rounds: number) => {
        over.set(run, Math.max(0, rounds - from));
        tell();
      };
      journal.keep(run, await (pool ? inThread(pool, job, passed) : doTrial(job, passed)));
      passed(until);
    };
    const trained: PromiseSettledResult<void>[] = [];
    if (pool)
      trained.push(...(await Promise.allSettled(missing.map(asked => one(asked, each > 1 ? each : 0)))));
    else for (const asked of missing) trained.push(...(await Promise.allSettled([one(asked, 0)])));
    if (signal.aborted) throw new MurmurationError('training.stopped');
    for (const result of trained) if (result.status === 'rejected') throw result.reason;
    return asked.map(({ run }) => journal.outcomeOf(run)!);
  };
  return {
    train,
    async close() {
      signal.removeEventListener('abort', abort);
      await pool?.destroy();
    },
  };
}

async function inThread(pool: Pool, job: TrialJob, passed: (rounds: number) => void): Promise<Trained> {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', passed);
  try {
    return await pool.run({ ...job, passed: port2 }, { transferList: [port2] });
  } finally {
    port1.close();
  }
}

/** Deletes the state of trainings that are no longer needed: those that a rung left out. */
async function forgetOthers(folder: string, asked: readonly TrainingAsked[]): Promise<void> {
  const wanted = new Set(asked.map(({ place }) => place));
  const kept = await readdir(folder).catch(() => []);
  for (const place of kept)
    if (!wanted.has(place)) await rm(join(folder, place), { recursive: true, force: true });
}
