import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import type { Dataset } from '../dataset.ts';
import { datasetOf, type RawRow, refused, requireSize, type TableSettings } from './table.ts';

/** Characters of one row, at most: a quote that nobody closes would take the rest of the file. */
const longestRow = 1_000_000;

export interface CsvSettings {
  /** What stands between columns, `,` by default. */
  readonly delimiter?: string;
}

/**
 * Examples from a CSV file (RFC 4180) in UTF-8, the first row of which names the columns. Throws `data.row`, naming line and column, for a
 * row that can't be used, `data.malformed` for a file that is none, and `data.too-large` beyond its limits.
 */
export async function csvDataset<Row extends Record<string, unknown>>(
  settings: TableSettings<Row> & CsvSettings,
): Promise<Dataset<Row>> {
  await requireSize(settings);
  return datasetOf(rowsOf(settings), settings);
}

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

async function* rowsOf({
  path,
  delimiter = ',',
}: CsvSettings & { readonly path: string }): AsyncGenerator<RawRow> {
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter,
      info: true,
      max_record_size: longestRow,
      // Told in our own words, with the line on which the row starts.
      relax_column_count: true,
      skip_empty_lines: true,
    }),
  );
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // `lines` counts up to the row's last one.
      const breaks = record.reduce((sum, value) => sum + value.split('\n').length - 1, 0);
      const line = info.lines - breaks;
      if (!header) {
        header = record;
        continue;
      }
      if (record.length !== header.length)
        throw refused(path, line, `${record.length} columns, where the first row names ${header.length}.`);
      yield { line, values: Object.fromEntries(header.map((name, column) => [name, record[column]])) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw refused(path, Number(error.lines), `it is not well formed: ${error.message}.`);
  }
}
