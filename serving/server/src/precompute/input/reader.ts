import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { isObject } from '@murmuration/protocol/encoding/json';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { openSql } from '@murmuration/sql/database/database';
import { errorOf } from '../../runtime/thrown.ts';
import type { JobInputs } from '../job/inputs.ts';
import type { PrecomputeJob } from '../job/job.ts';
import type { RowBatch } from './batch.ts';
import { RowEncoder } from './encoder.ts';
import type { FileOrder, FileReply } from './file-thread.ts';
import { unpacked } from './packed-batch.ts';
import { planOf } from './plan.ts';
import { recordBatches } from './records.ts';

/** Rows per batch, and batches read ahead: together the maximum of inputs in memory. */
const batchRows = 512;
const ahead = 8;

/**
 * Yields the rows of a job's inputs as the tensors that `specs` describes, a batch at a time, no faster than
 * they are consumed. Files are read in their own thread. Throws `config.invalid` if the inputs can't be read,
 * `data.column`, `data.malformed`, and `storage.*`.
 */
export function readInputs(
  { inputs, key, columns }: Pick<PrecomputeJob, 'inputs' | 'key' | 'columns'>,
  specs: readonly TensorSpec[],
): AsyncGenerator<RowBatch> {
  const job = { key, columns };
  if ('csv' in inputs || 'jsonLines' in inputs)
    return fileBatches({ file: inputs, specs, job, rows: batchRows, ahead });
  const encoderOf = (there: readonly string[]) => new RowEncoder(planOf(specs, job, there), batchRows);
  return recordBatches(recordsOf(inputs), encoderOf, {
    read: record => (isObject(record) ? record : 'it is no object'),
    mostEarly: 0,
    refusal: () => 'The first record is no object with a value for each column.',
    share: () => null,
  });
}

async function* fileBatches(order: FileOrder): AsyncGenerator<RowBatch> {
  const worker = new Worker(new URL('./file-thread.ts', import.meta.url), { workerData: order });
  const replies: FileReply[] = [];
  let wake = () => {};
  const hear = (reply: FileReply) => {
    replies.push(reply);
    wake();
  };
  worker.on('message', hear);
  worker.on('error', error => hear({ code: null, detail: messageOf(error) }));
  worker.on('exit', () => hear({ code: null, detail: 'the thread that read it has ended' }));
  try {
    for (;;) {
      const reply = replies.shift();
      if (!reply) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        continue;
      }
      if ('isOver' in reply) return;
      if ('detail' in reply) throw errorOf(reply, 'The inputs could not be read');
      worker.postMessage('taken');
      yield unpacked(reply.batch);
    }
  } finally {
    await worker.terminate();
  }
}

async function* recordsOf(
  inputs: Exclude<JobInputs, { csv: string } | { jsonLines: string }>,
): AsyncGenerator<unknown> {
  if ('sql' in inputs) {
    const database = await openSql(inputs.sql);
    try {
      yield* database.stream(inputs.query);
    } finally {
      await database.close();
    }
    return;
  }
  const given: unknown = 'rows' in inputs ? inputs.rows : await moduleOf(inputs.module);
  const records: unknown = typeof given === 'function' ? await given() : given;
  if (!isIterable(records))
    throw new MurmurationError(
      'config.invalid',
      'The inputs give no records: expected an iterable of objects.',
    );
  yield* records;
}

async function moduleOf(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default;
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The inputs ${path} can't be loaded: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}
