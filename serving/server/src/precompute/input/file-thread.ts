import { parentPort, type TransferListItem, workerData } from 'node:worker_threads';
import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { type Thrown, thrownOf } from '../../runtime/thrown.ts';
import type { PrecomputeJob } from '../job/job.ts';
import { type CsvFile, csvBatches } from './csv.ts';
import { RowEncoder } from './encoder.ts';
import { jsonLinesBatches } from './json-lines.ts';
import { buffersOf, type PackedBatch, packed } from './packed-batch.ts';
import { planOf } from './plan.ts';

/** Task of the reading thread. */
export interface FileOrder {
  readonly file: CsvFile | { readonly jsonLines: string };
  readonly specs: readonly TensorSpec[];
  readonly job: Pick<PrecomputeJob, 'key' | 'columns'>;
  /** Rows per batch. */
  readonly rows: number;
  /** Maximum batches under way at the same time. */
  readonly ahead: number;
}

/** Message of the reading thread: batches one after the other, then the end or an error. */
export type FileReply = { readonly batch: PackedBatch } | { readonly isOver: true } | Thrown;

const { file, specs, job, rows, ahead } = workerData as FileOrder;
const tell = (reply: FileReply, transfer: readonly TransferListItem[] = []) =>
  parentPort?.postMessage(reply, transfer);

let room = ahead;
let wake = () => {};
// Each message says that a batch was taken.
parentPort?.on('message', () => {
  room += 1;
  wake();
});

async function run(): Promise<void> {
  const encoderOf = (columns: readonly string[]) => new RowEncoder(planOf(specs, job, columns), rows);
  const batches = 'csv' in file ? csvBatches(file, encoderOf) : jsonLinesBatches(file, encoderOf);
  for await (const batch of batches) {
    while (room === 0)
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    room -= 1;
    const own = packed(batch);
    tell({ batch: own }, buffersOf(own));
  }
  tell({ isOver: true });
}

run()
  .catch((error: unknown) => tell(thrownOf(error)))
  // Lets the thread end: an open port would keep it alive.
  .finally(() => parentPort?.close());
