import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { CsvError, parse } from 'csv-parse';
import type { RowBatch } from './batch.ts';
import type { RowEncoder } from './encoder.ts';

/** Maximum bytes of one row, approximately: an unclosed quotation mark would take the rest of the file. */
const maxRowBytes = 16 << 20;
/** Bytes read from the file at once. */
const chunkBytes = 1 << 18;

export interface CsvFile {
  readonly csv: string;
  readonly delimiter: string;
}

/**
 * Yields the rows of a CSV file; a malformed row is a failure of its own. Throws `data.malformed` if the file
 * can't be read on, and `data.column` if a column is missing.
 */
export async function* csvBatches(
  { csv, delimiter }: CsvFile,
  encoderOf: (columns: readonly string[]) => RowEncoder,
): AsyncGenerator<RowBatch> {
  const full: RowBatch[] = [];
  let encoder: RowEncoder | undefined;
  let width = 0;
  /** Places of the plan's columns in a record; undefined if they are the record unchanged. */
  let places: readonly number[] | undefined;
  let before = 0;
  let read = 0;
  /** Bytes read when the last row began, approximately. */
  let rowAt = 0;
  let size = 1;
  const parser = parse({
    bom: true,
    delimiter,
    // Reported in our own words, with the line on which the row starts.
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip(error) {
      rowAt = read;
      if (!error || !encoder) throw error;
      encoder.fail(Number(error.lines), `it is not well formed: ${error.message}`);
    },
    on_record(record: string[], { lines }) {
      // `lines` counts up to the row's last line.
      const breaks = lines - before > 1 ? breaksIn(record) : 0;
      before = lines;
      rowAt = read;
      const line = lines - breaks;
      if (!encoder) {
        encoder = encoderOf(record);
        width = record.length;
        const placeOf = firstPlaces(record);
        const found = encoder.plan.columns.map(column => placeOf.get(column) ?? -1);
        places = found.length === width && found.every((place, at) => place === at) ? undefined : found;
        return null;
      }
      if (record.length !== width)
        encoder.fail(line, `it has ${record.length} columns, where the first row names ${width}`);
      else encoder.add(line, places ? places.map(place => record[place]) : record);
      if (encoder.isFull) full.push(encoder.take(read / size));
      return null;
    },
  });
  let failure: unknown;
  parser.on('error', error => {
    failure = error;
  });
  const step = (act: (done: () => void) => void) =>
    new Promise<void>((resolve, reject) => act(() => (failure === undefined ? resolve() : reject(failure))));
  // `on_record` takes all records, so nothing is left to read.
  parser.resume();
  try {
    size = Math.max(1, (await stat(csv)).size);
    for await (const bytes of createReadStream(csv, { highWaterMark: chunkBytes })) {
      read += (bytes as Uint8Array).length;
      await step(done => {
        parser.write(bytes, done);
      });
      if (read - rowAt > maxRowBytes)
        throw new MurmurationError(
          'data.malformed',
          `${csv}, line ${before + 1}: a row has more than ${maxRowBytes} bytes; is a quotation mark not closed?`,
        );
      yield* full.splice(0);
    }
    await step(done => {
      parser.once('error', done);
      parser.end(done);
    });
  } catch (error) {
    throw refused(csv, error);
  } finally {
    parser.destroy();
  }
  if (encoder && !encoder.isEmpty) full.push(encoder.take(1));
  yield* full;
}

/**
 * Returns the first place of each text in a record. It is a map, since a table may have tens of thousands of
 * columns.
 */
function firstPlaces(record: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, text] of record.entries()) if (!places.has(text)) places.set(text, place);
  return places;
}

function breaksIn(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}

function refused(path: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new MurmurationError('data.malformed', `${path}, line ${error.lines}: ${error.message}.`);
  if (error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined)
    return new MurmurationError('config.invalid', `The inputs ${path} can't be read: ${error.message}.`);
  return error;
}
