import { once } from '@murmuration/protocol/concurrency/once';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { InferenceServer } from '../server/inference-server.ts';
import type { Turns } from '../server/turns.ts';
import { repeating } from '../server/waiting.ts';
import type { ModelSource } from '../source/source.ts';
import type { PrecomputeEvents } from './events.ts';
import { modelOf, type PrecomputeJob } from './job/job.ts';
import { dueAfter } from './job/schedule.ts';
import { ModelCalls } from './run/model-calls.ts';
import { JobRun } from './run/run.ts';
import type { Databases } from './table/databases.ts';
import { JobTable } from './table/job-table.ts';
import { leaseFor, newHolder } from './table/lease.ts';
import type { BegunRun, EndedRun, RunCounts } from './table/runs.ts';

export interface JobPorts {
  readonly server: InferenceServer;
  readonly source: Pick<ModelSource, 'resolve'>;
  readonly databases: Databases;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly events: PrecomputeEvents;
}

export interface JobRunOptions {
  /** True to compute all rows, including unchanged ones. */
  readonly all?: boolean;
  /** Called once the run has begun: from then on, only its inputs, its model and its database can end it. */
  readonly began?: () => void;
}

/** State of a job. Times are ms since 1970. */
export interface JobState {
  readonly job: PrecomputeJob;
  /** Rows of the table, and the version that made it; null if there is none yet. */
  readonly table: { readonly rows: number; readonly version: string } | null;
  /** Counts of the run in this process; null if there is none. */
  readonly running: RunCounts | null;
  /** Run that is not over: of this process, of another one, or interrupted. */
  readonly underWay: BegunRun | null;
  readonly last: EndedRun | null;
  /** Time of the next scheduled run; null if there is none. */
  readonly next: number | null;
}

/** Milliseconds before a job is tried again whose run failed, or that another process holds. */
const tryAgain = 60_000;

/** Job with its table, its schedule, and its runs one after the other. */
export class ScheduledJob {
  readonly job: PrecomputeJob;
  readonly #ports: JobPorts;
  readonly #address: string;
  readonly #stop = new AbortController();
  /** Opens the table. Throws `storage.*`, and `config.invalid` if a database server refuses. */
  readonly table = once(() => this.#open());
  #running: Promise<EndedRun> | undefined;
  #counts: RunCounts | null = null;
  #next: number | null = null;
  #cancel: Cancel = () => {};
  #isWanted = false;
  #isScheduled = false;
  /** Time when its last run began here, whatever its result. */
  #began: number | null = null;

  /** Makes a job; `address` is the database of its table. */
  constructor(job: PrecomputeJob, address: string, ports: JobPorts) {
    this.job = job;
    this.#address = address;
    this.#ports = ports;
  }

  /** Runs the job when it is due, from now on, and continues an interrupted run. */
  schedule(): void {
    this.#isScheduled = true;
    this.#plan()
      .then(() => this.promoted())
      .catch(error => this.#fault('planning a job', error));
  }

  /** Runs the job if its model has another version. */
  promoted(): void {
    if (!this.#isScheduled || !this.job.onPromotion) return;
    if (this.#running) this.#isWanted = true;
    else this.#runIfNewer().catch(error => this.#fault('looking at a promotion', error));
  }

  /**
   * Runs the job now. Throws `round.under-way` if it already runs, here or in another process, and errors of
   * its inputs, its model or its database; then the rows stay unchanged.
   */
  run(options: JobRunOptions = {}): Promise<EndedRun> {
    if (this.#running) return Promise.reject(this.#inUse('it runs already'));
    this.#began = this.#ports.clock.now();
    this.#cancel();
    const running = this.#run(options);
    this.#running = running;
    const over = (error: unknown) => {
      this.#running = undefined;
      this.#counts = null;
      if (this.#isScheduled && !this.#stop.signal.aborted) this.#after(error);
    };
    running.then(() => over(null), over);
    return running;
  }

  async state(): Promise<JobState> {
    const { generation, rows, version, run, ended } = await (await this.table()).state();
    return {
      job: this.job,
      table: generation === null ? null : { rows: rows ?? 0, version: version ?? '' },
      running: this.#counts,
      underWay: run === null ? null : (JSON.parse(run) as BegunRun),
      last: ended === null ? null : (JSON.parse(ended) as EndedRun),
      next: this.#next,
    };
  }

  /** Stops the run under way; the next start continues it. */
  async close(): Promise<void> {
    this.#cancel();
    this.#stop.abort(new MurmurationError('server.stopping'));
    await this.#running?.catch(() => {});
  }

  async #open(): Promise<JobTable> {
    const table = new JobTable(
      await this.#ports.databases.at(this.#address),
      this.job.name,
      await newHolder(),
    );
    await table.state();
    return table;
  }

  async #run({ all = false, began }: JobRunOptions): Promise<EndedRun> {
    const { server, source, clock, turns, events } = this.#ports;
    const { signal } = this.#stop;
    const table = await this.table();
    signal.throwIfAborted();
    if (!(await table.lease.take(clock.now()))) throw this.#inUse('another process runs it');
    // However long a step takes; if the lease is lost, the next write fails.
    const stopHolding = repeating(leaseFor / 3, clock, () => table.keep(clock.now()).catch(() => {}));
    let run: JobRun | undefined;
    try {
      const { name, at } = modelOf(this.job);
      // If an alias moves meanwhile, the run keeps the version that it began with.
      const { version } = await source.resolve(name, at);
      const { model, ...rest } = await server.metadata(name, version);
      const { generation } = await table.state();
      const begun = await table.begin(model, { now: clock.now(), all });
      events.began?.(this.job.name, begun.version, begun.attempt);
      began?.();
      run = new JobRun(
        this.job,
        {
          table,
          metadata: { model, ...rest },
          calls: new ModelCalls({ server, clock, turns }, name, begun.version),
          clock,
          progressed: (counts, share) => {
            this.#counts = counts;
            events.progressed?.(this.job.name, counts, share);
          },
        },
        { begun, whole: all ? null : generation, signal },
      );
      this.#counts = run.counts;
      const ended = await run.run();
      const { rows } = await table.state();
      events.ended?.(this.job.name, ended, rows ?? 0);
      await table.sweep().catch(error => this.#fault('removing old rows', error));
      return ended;
    } catch (error) {
      const reason = error instanceof MurmurationError ? error.detail : messageOf(error);
      const ended = run?.ended(reason) ?? notBegun(this.#began ?? clock.now(), clock.now(), reason);
      if (!signal.aborted) await table.fail(ended).catch(() => {});
      events.failed?.(this.job.name, error, ended);
      throw error;
    } finally {
      stopHolding();
      await table.lease.release().catch(() => {});
    }
  }

  /** Continues after a run: with a requested run, a retry if that may help, or the next scheduled run. */
  #after(error: unknown): void {
    const mayHelp =
      error instanceof MurmurationError && (error.retryable || error.code === 'round.under-way');
    if (this.#isWanted) {
      this.#isWanted = false;
      this.promoted();
    } else if (mayHelp) this.#wakeAt(this.#ports.clock.now() + tryAgain);
    else this.#plan().catch(fault => this.#fault('planning a job', fault));
  }

  async #plan(): Promise<void> {
    const { underWay, last } = await this.state();
    if (this.#stop.signal.aborted || this.#running) return;
    const began = Math.max(this.#began ?? 0, last?.beganAt ?? 0) || null;
    // An interrupted run continues at once.
    const due = underWay && this.#began === null ? 0 : dueAfter(this.job.every, began);
    if (due !== null) this.#wakeAt(due);
  }

  #wakeAt(time: number): void {
    const { clock } = this.#ports;
    this.#cancel();
    this.#next = Math.max(time, clock.now());
    const cancel = clock.at(this.#next, () => this.#start());
    this.#cancel = () => {
      cancel();
      this.#next = null;
    };
  }

  /** Runs the job; errors are reported only as events. */
  #start(): void {
    this.#next = null;
    if (!this.#running) this.run().catch(() => {});
  }

  async #runIfNewer(): Promise<void> {
    const { name, at } = modelOf(this.job);
    // From the source: the server names a new version only once it is in memory.
    const model = await this.#ports.source.resolve(name, at);
    const { hash } = await (await this.table()).state();
    if (hash !== model.hash && !this.#stop.signal.aborted) this.#start();
  }

  #inUse(why: string): MurmurationError {
    return new MurmurationError('round.under-way', `The job ${this.job.name} can't run: ${why}.`);
  }

  #fault(where: string, error: unknown): void {
    this.#ports.events.fault?.(where, error);
  }
}

/** Makes the result of a run that found no model or no database. */
function notBegun(beganAt: number, endedAt: number, error: string): EndedRun {
  return { read: 0, computed: 0, reused: 0, failed: 0, version: '', beganAt, endedAt, failures: [], error };
}
