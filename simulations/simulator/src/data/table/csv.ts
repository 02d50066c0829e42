import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import type { Dataset } from '../dataset.ts';
import { datasetOf, type RawRow, refused, requireSize, type TableSettings } from './table.ts';

/** Maximum characters per row; without it an unclosed quote would take the rest of the file. */
const maxRowCharacters = 1_000_000;

export interface CsvSettings {
  /**
   * Separator of columns.
   * @default ','
   */
  readonly delimiter?: string;
}

/**
 * Reads examples from a CSV file (RFC 4180) in UTF-8; the first row names the columns.
 * @throws `data.row`, naming line and column, for an invalid row; `data.malformed` for an invalid file;
 * `data.too-large` beyond its limits
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
      max_record_size: maxRowCharacters,
      // Rows of another length are reported below, with the line on which they start.
      relax_column_count: true,
      skip_empty_lines: true,
    }),
  );
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // `lines` is the number of the row's last line.
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
