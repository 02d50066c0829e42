import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { VersionMetadata } from '../../server/inference-server.ts';
import type { RowBatch, RowFailure, RowGroup } from '../input/batch.ts';
import { readInputs } from '../input/reader.ts';
import type { PrecomputeJob } from '../job/job.ts';
import type { JobTable, KnownRow, WrittenRow } from '../table/job-table.ts';
import type { BegunRun, EndedRun, RunCounts } from '../table/runs.ts';
import type { ModelCalls } from './model-calls.ts';
import { rowHashes } from './row-hashes.ts';
import { pickedRows, rowsJson } from './row-json.ts';

/** Rows per commit: the maximum that is computed again after a crash. */
const committed = 4_096;
/** Milliseconds after which fewer rows are committed. */
const commitAfterMs = 2_000;

interface Waiting extends WrittenRow {
  readonly isReused: boolean;
}

export interface RunPorts {
  readonly table: JobTable;
  /** Metadata of the version that answers. */
  readonly metadata: VersionMetadata;
  readonly calls: ModelCalls;
  readonly clock: Clock;
  /** Called with the progress after each commit. */
  readonly progressed: (counts: RunCounts, share: number | null) => void;
}

/**
 * Runs one attempt: reads all inputs, computes what is not known yet, and writes it. Reading, the model and
 * the database work concurrently, and none is ahead of the others by more than a few batches. Throws the
 * error that ends it; committed rows stay for the next attempt.
 */
export class JobRun {
  readonly #job: PrecomputeJob;
  readonly #ports: RunPorts;
  readonly #begun: BegunRun;
  /** Generations that may contain rows that need not be computed again. */
  readonly #known: readonly number[];
  readonly #signal: AbortSignal;
  readonly #failures: RowFailure[] = [];
  #counts = { read: 0, computed: 0, reused: 0, failed: 0 };
  #waiting: Waiting[] = [];
  #since: number;
  #share: number | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** Makes a run; `whole` is the generation that readers see meanwhile, null to compute everything again. */
  constructor(
    job: PrecomputeJob,
    ports: RunPorts,
    {
      begun,
      whole,
      signal,
    }: { readonly begun: BegunRun; readonly whole: number | null; readonly signal: AbortSignal },
  ) {
    this.#job = job;
    this.#ports = ports;
    this.#begun = begun;
    this.#known = [...(begun.attempt > 1 ? [begun.generation] : []), ...(whole === null ? [] : [whole])];
    this.#signal = signal;
    this.#since = ports.clock.now();
  }

  get counts(): RunCounts {
    return this.#counts;
  }

  async run(): Promise<EndedRun> {
    const { table, metadata, clock } = this.#ports;
    try {
      for await (const batch of readInputs(this.#job, metadata.inputs)) {
        this.#signal.throwIfAborted();
        await this.#take(batch);
      }
      await this.#flush();
    } finally {
      // No write may be under way when the run ends.
      await this.#writing.catch(() => {});
    }
    const ended = this.ended(null);
    await table.finish(this.#begun, ended);
    return { ...ended, endedAt: clock.now() };
  }

  /** Returns the result of the run; `error` is why there is no new table, null if there is one. */
  ended(error: string | null): EndedRun {
    const { version, beganAt } = this.#begun;
    return {
      ...this.#counts,
      version,
      beganAt,
      endedAt: this.#ports.clock.now(),
      failures: this.#failures,
      error,
    };
  }

  async #take({ read, groups, failures, share }: RowBatch): Promise<void> {
    this.#counts.read += read;
    this.#share = share;
    for (const failure of failures) this.#fail(failure);
    for (const group of groups) await this.#compute(group);
    const { clock } = this.#ports;
    if (this.#waiting.length >= committed || clock.now() - this.#since >= commitAfterMs)
      await this.#flush(false);
  }

  async #compute(group: RowGroup): Promise<void> {
    const { keys, lines, inputs } = group;
    const hashes = rowHashes(this.#begun.hash, inputs, keys.length);
    const now = this.#ports.clock.now();
    const validUntil = this.#job.validFor === null ? null : now + this.#job.validFor;
    const given = this.#job.stale === 'compute' ? rowsJson(inputs, keys.length, true) : undefined;
    const add = (at: number, prediction: string, computedAt: number, isReused: boolean) => {
      const input = given?.[at] ?? null;
      this.#waiting.push({
        key: keys[at] as string,
        prediction,
        computed_at: computedAt,
        valid_until: validUntil,
        input: typeof input === 'string' ? input : null,
        input_hash: hashes[at] as string,
        line: lines[at] as number,
        isReused,
      });
      this.#counts[isReused ? 'reused' : 'computed'] += 1;
    };
    const known = await this.#knownOf(keys);
    const missing: number[] = [];
    for (const [at, key] of keys.entries()) {
      const found = known?.get(key);
      if (found && found.input_hash === hashes[at]) {
        add(at, found.prediction, found.computed_at, true);
      } else missing.push(at);
    }
    if (missing.length === 0) return;
    const asked = missing.length === keys.length ? inputs : pickedRows(inputs, missing);
    const answers = await this.#ports.calls.run(asked, missing.length, this.#signal);
    for (const [index, at] of missing.entries()) {
      const answer = answers[index];
      if (typeof answer === 'string') add(at, answer, now, false);
      else this.#fail({ line: lines[at] as number, key: keys[at] as string, reason: answer?.reason ?? '' });
    }
  }

  /** Returns known rows of these keys; those of this run precede those of the readers' generation. */
  async #knownOf(keys: readonly string[]): Promise<ReadonlyMap<string, KnownRow> | undefined> {
    if (this.#known.length === 0) return undefined;
    const found = new Map<string, KnownRow>();
    for (const generation of this.#known.toReversed())
      for (const row of await this.#ports.table.known(generation, keys)) found.set(row.key, row);
    return found;
  }

  /** Hands waiting rows to the database, once it has the previous ones; waits for the write if `whole`. */
  async #flush(whole = true): Promise<void> {
    await this.#writing;
    const rows = this.#waiting;
    this.#waiting = [];
    this.#since = this.#ports.clock.now();
    this.#writing = rows.length > 0 ? this.#write(rows) : Promise.resolve();
    // The error is thrown by the next flush, or at the end.
    this.#writing.catch(() => {});
    if (whole) await this.#writing;
  }

  async #write(rows: readonly Waiting[]): Promise<void> {
    const { table, clock, progressed } = this.#ports;
    const duplicates = await table.write(this.#begun, rows, clock.now());
    for (const { line, key, isReused } of duplicates) {
      this.#counts[isReused ? 'reused' : 'computed'] -= 1;
      this.#fail({ line, key, reason: 'another row before it has the same key' });
    }
    progressed({ ...this.#counts }, this.#share);
  }

  #fail(failure: RowFailure): void {
    const { kept, most } = this.#job.failures;
    this.#counts.failed += 1;
    if (this.#failures.length < kept) this.#failures.push(failure);
    if (most !== null && this.#counts.failed > most)
      throw new MurmurationError(
        'data.row',
        `${this.#counts.failed} rows can't be used, and ${most} are the most of this job. The last one, line ${failure.line}: ${failure.reason}`,
      );
  }
}
