import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Signal } from '../server/signal.ts';
import type { ModelSource } from '../source/source.ts';
import type { PrecomputeEvents } from './events.ts';
import { modelOf, type PrecomputeJob } from './job/job.ts';
import { refuseEqualNames } from './job/jobs-of.ts';
import { type FoundRow, lookUp } from './lookup.ts';
import { type JobPorts, type JobRunOptions, type JobState, ScheduledJob } from './scheduled-job.ts';
import { Databases } from './table/databases.ts';
import type { EndedRun } from './table/runs.ts';

export interface PrecomputationPorts extends Omit<JobPorts, 'databases' | 'events' | 'source'> {
  readonly source: ModelSource;
  /** Database of jobs that name none: `postgres://…`, or a path. */
  readonly into: string;
  readonly events?: PrecomputeEvents;
}

/** Precompute jobs of a process: runs them, and finds their rows. */
export class Precomputation {
  readonly #jobs: ReadonlyMap<string, ScheduledJob>;
  readonly #ports: JobPorts;
  readonly #unwatch: Cancel;

  /** Throws `config.invalid` if two jobs have the same name. */
  constructor(jobs: readonly PrecomputeJob[], { into, events = {}, ...rest }: PrecomputationPorts) {
    refuseEqualNames(jobs);
    this.#ports = { ...rest, events, databases: new Databases() };
    this.#jobs = new Map(jobs.map(job => [job.name, new ScheduledJob(job, job.into ?? into, this.#ports)]));
    this.#unwatch = rest.source.watch(name => {
      for (const each of this.#jobs.values()) if (modelOf(each.job).name === name) each.promoted();
    });
  }

  get names(): readonly string[] {
    return [...this.#jobs.keys()];
  }

  /** Runs jobs when they are due, from now on. */
  schedule(): void {
    for (const job of this.#jobs.values()) job.schedule();
  }

  /** Runs a job now, as `ScheduledJob.run`. Throws `request.not-found` if there is none with this name. */
  async run(name: string, options?: JobRunOptions): Promise<EndedRun> {
    return this.#find(name).run(options);
  }

  async states(): Promise<readonly JobState[]> {
    return Promise.all(Array.from(this.#jobs.values(), job => job.state()));
  }

  /** Returns the name of a job's model. Throws `request.not-found`. */
  modelOf(name: string): string {
    return modelOf(this.#find(name).job).name;
  }

  /** Throws `request.not-found`. */
  async state(name: string): Promise<JobState> {
    return this.#find(name).state();
  }

  /**
   * Finds the row of a key. Throws `request.not-found` if there is no such job or row, and
   * `inference.unavailable` if the job has not run yet, or if the row is stale and the job refuses stale
   * rows.
   */
  async find(name: string, key: string, signal?: Signal): Promise<FoundRow> {
    const scheduled = this.#find(name);
    return lookUp(scheduled, key, this.#ports, signal);
  }

  /** Stops the runs under way; the next process continues them. */
  async close(): Promise<void> {
    this.#unwatch();
    await Promise.all(Array.from(this.#jobs.values(), job => job.close()));
    await this.#ports.databases.close();
  }

  #find(name: string): ScheduledJob {
    const found = this.#jobs.get(name);
    if (found) return found;
    throw new MurmurationError(
      'request.not-found',
      `There is no precompute job "${name.slice(0, 100)}". There is: ${this.names.join(', ') || 'none'}.`,
    );
  }
}
