import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RowBatch, RowFailure } from './batch.ts';
import type { RowEncoder } from './encoder.ts';

/** Values by column; the reason why there are none; or null for what is no record at all. */
export type ReadRecord = Readonly<Record<string, unknown>> | string | null;

export interface RecordForm<Given> {
  readonly read: (given: Given) => ReadRecord;
  /** Maximum failures before the first record, which names the columns. */
  readonly mostEarly: number;
  /** Returns the text of the error if there are more, or no record; `reason` is why the first failed. */
  readonly refusal: (reason: string) => string;
  /** Returns the share of the inputs read so far, 0 to 1; null if unknown. */
  readonly share: () => number | null;
}

/** Yields the rows of records; one that can't be used is a failure of its own. Throws `data.malformed`. */
export async function* recordBatches<Given>(
  all: AsyncIterable<Given> | Iterable<Given>,
  encoderOf: (columns: readonly string[]) => RowEncoder,
  { read, mostEarly, refusal, share }: RecordForm<Given>,
): AsyncGenerator<RowBatch> {
  let encoder: RowEncoder | undefined;
  const early: Pick<RowFailure, 'line' | 'reason'>[] = [];
  const refuse = (): never => {
    throw new MurmurationError('data.malformed', refusal(early[0]?.reason ?? ''));
  };
  let line = 0;
  for await (const given of all) {
    line += 1;
    const record = read(given);
    if (record === null) continue;
    if (typeof record === 'string') {
      if (encoder) encoder.fail(line, record);
      else early.push({ line, reason: record });
      if (early.length > mostEarly) refuse();
    } else {
      if (!encoder) {
        encoder = encoderOf(Object.keys(record));
        for (const { line: before, reason } of early.splice(0)) encoder.fail(before, reason);
      }
      const { columns } = encoder.plan;
      encoder.add(
        line,
        columns.map(column => (Object.hasOwn(record, column) ? record[column] : undefined)),
      );
    }
    if (encoder?.isFull) yield encoder.take(share());
  }
  if (early.length > 0) refuse();
  if (encoder && !encoder.isEmpty) yield encoder.take(share());
}
