import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RowBatch } from './batch.ts';
import type { RowEncoder } from './encoder.ts';

/** Yields the rows of records from a program or a database; the first one names the columns. */
export async function* objectBatches(
  records: AsyncIterable<unknown> | Iterable<unknown>,
  encoderOf: (columns: readonly string[]) => RowEncoder,
): AsyncGenerator<RowBatch> {
  let encoder: RowEncoder | undefined;
  let number = 0;
  for await (const record of records) {
    number += 1;
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      if (!encoder)
        throw new MurmurationError(
          'data.malformed',
          'The first record is no object with a value for each column.',
        );
      encoder.fail(number, 'it is no object');
    } else {
      encoder ??= encoderOf(Object.keys(record));
      const cells = record as Readonly<Record<string, unknown>>;
      encoder.add(
        number,
        encoder.plan.columns.map(column => (Object.hasOwn(cells, column) ? cells[column] : undefined)),
      );
    }
    if (encoder.isFull) yield encoder.take();
  }
  if (encoder && !encoder.isEmpty) yield encoder.take();
}
