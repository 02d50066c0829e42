import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Signal } from '../server/signal.ts';
import { jsonValue } from './input/cells.ts';
import { RowEncoder } from './input/encoder.ts';
import { modelOf, type PrecomputeJob } from './job/job.ts';
import { rowsJson } from './run/row-json.ts';
import type { JobPorts, ScheduledJob } from './scheduled-job.ts';
import type { PrecomputedRow } from './table/schema.ts';

/** Row that was found. */
export interface FoundRow {
  readonly row: PrecomputedRow;
  /** True if it is no longer valid and is served all the same. */
  readonly isStale: boolean;
}

/** Finds the row of a key, and treats a stale one as the job says. Throws as `Precomputation.find`. */
export async function lookUp(
  scheduled: ScheduledJob,
  key: string,
  ports: JobPorts,
  signal: Signal | undefined,
): Promise<FoundRow> {
  const { job } = scheduled;
  const { clock, events } = ports;
  const table = await scheduled.table();
  const { generation } = await table.state();
  if (generation === null)
    throw new MurmurationError(
      'inference.unavailable',
      `The job ${job.name} has no rows yet: its first run is not over.`,
    );
  // No row can have a key that databases can't store.
  const row = /\0|\p{Surrogate}/u.test(key) ? undefined : await table.find(key);
  if (!row) {
    events.looked?.(job.name, 'missing');
    throw new MurmurationError(
      'request.not-found',
      `The job ${job.name} has no row with the key "${key.slice(0, 100)}".`,
    );
  }
  const isStale = row.valid_until !== null && row.valid_until <= clock.now();
  if (!isStale || job.stale === 'serve') {
    events.looked?.(job.name, isStale ? 'stale' : 'fresh');
    return { row, isStale };
  }
  if (job.stale === 'compute' && row.input !== null) {
    const now = await computed(job, row, row.input, ports, signal);
    events.looked?.(job.name, 'computed');
    // Kept for later lookups; if that fails, the next one computes it again.
    await table.renew(generation, now).catch(error => events.fault?.('keeping a row', error));
    return { row: now, isStale: false };
  }
  events.looked?.(job.name, 'refused');
  throw new MurmurationError(
    'inference.unavailable',
    `The row "${key.slice(0, 100)}" of the job ${job.name} counted until ${new Date(row.valid_until ?? 0).toISOString()}.`,
  );
}

/** Computes the row again with the model. */
async function computed(
  job: PrecomputeJob,
  row: PrecomputedRow,
  input: string,
  { server, clock }: JobPorts,
  signal: Signal | undefined,
): Promise<PrecomputedRow> {
  const { name, at } = modelOf(job);
  const { inputs: specs } = await server.metadata(name, at);
  // The inputs are stored by name, each as a whole.
  const columns = ['', ...specs.map(spec => spec.name)];
  const encoder = new RowEncoder(
    { columns, inputs: specs.map((spec, index) => ({ spec, cells: [index + 1] })) },
    1,
  );
  const cells = jsonValue(input) as Readonly<Record<string, unknown>>;
  encoder.add(0, [row.key, ...specs.map(spec => cells[spec.name])]);
  const { groups, failures } = encoder.take();
  const [group] = groups;
  if (!group)
    throw new MurmurationError(
      'inference.unavailable',
      `The row does not fit the model any more: ${failures[0]?.reason}`,
    );
  const { version, outputs } = await server.infer(
    { model: name, version: at, inputs: group.inputs, protocol: 'precompute' },
    signal,
  );
  const [prediction] = rowsJson(outputs, 1);
  if (typeof prediction !== 'string')
    throw new MurmurationError('inference.unavailable', `The model has no answer now: ${prediction?.reason}`);
  const now = clock.now();
  return {
    ...row,
    prediction,
    model_version: version,
    computed_at: now,
    valid_until: job.validFor === null ? null : now + job.validFor,
  };
}
