import { open } from 'node:fs/promises';
import type { Dataset } from '../dataset.ts';
import { datasetOf, type RawRow, refused, requireSize, type TableSettings } from './table.ts';

/**
 * Reads examples from a UTF-8 file with one JSON object per line (JSON Lines), skipping empty lines. Throws
 * as `csvDataset` does.
 */
export async function jsonlDataset<Row extends Record<string, unknown>>(
  settings: TableSettings<Row>,
): Promise<Dataset<Row>> {
  await requireSize(settings);
  return datasetOf(rowsOf(settings.path), settings);
}

async function* rowsOf(path: string): AsyncGenerator<RawRow> {
  const file = await open(path);
  try {
    let line = 0;
    for await (const text of file.readLines({ encoding: 'utf8' })) {
      line++;
      if (text.trim() !== '') yield { line, values: parsed(text, path, line) };
    }
  } finally {
    await file.close();
  }
}

function parsed(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(path, line, `it is no JSON: ${(cause as Error).message}.`);
  }
}
