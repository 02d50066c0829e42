import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RowBatch } from './batch.ts';
import { jsonValue } from './cells.ts';
import type { RowEncoder } from './encoder.ts';

/** Maximum characters of one line. */
const maxLineCharacters = 16 << 20;
/** Bytes read from the file at once. */
const chunkBytes = 1 << 18;

/**
 * Yields the rows of a JSON Lines file; the first object names the columns. A line that is not an object is a
 * failure of its own.
 */
export async function* jsonLinesBatches(
  { jsonLines: path }: { readonly jsonLines: string },
  encoderOf: (columns: readonly string[]) => RowEncoder,
): AsyncGenerator<RowBatch> {
  let encoder: RowEncoder | undefined;
  /** Failures of lines before the first object, which defines the columns. */
  const early: { readonly line: number; readonly reason: string }[] = [];
  let number = 0;
  const far = { share: 0 };
  for await (const text of linesOf(path, far)) {
    number += 1;
    if (text !== null && text.trim() === '') continue;
    const record = text === null ? `it has more than ${maxLineCharacters} characters` : objectOf(text);
    if (typeof record === 'string') {
      if (encoder) encoder.fail(number, record);
      else early.push({ line: number, reason: record });
      if (early.length > 1_000)
        throw new MurmurationError(
          'data.malformed',
          `${path} is no file of JSON Lines: line 1: ${early[0]?.reason}.`,
        );
    } else {
      if (!encoder) {
        encoder = encoderOf(Object.keys(record));
        for (const { line, reason } of early.splice(0)) encoder.fail(line, reason);
      }
      encoder.add(
        number,
        encoder.plan.columns.map(column => (Object.hasOwn(record, column) ? record[column] : undefined)),
      );
    }
    if (encoder?.isFull) yield encoder.take(far.share);
  }
  if (!encoder && early.length > 0)
    throw new MurmurationError(
      'data.malformed',
      `${path} is no file of JSON Lines: line 1: ${early[0]?.reason}.`,
    );
  if (encoder && !encoder.isEmpty) yield encoder.take(1);
}

/** Returns the object in a line, or the reason why it is none. */
function objectOf(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value = jsonValue(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
    return 'it is no JSON object';
  } catch (error) {
    return error instanceof MurmurationError ? error.detail.replace(/^The body/, 'it') : String(error);
  }
}

/**
 * Yields the lines of a UTF-8 file, or null for one that is too long and dropped; sets `far.share` to the
 * share read.
 */
async function* linesOf(path: string, far: { share: number }): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  let rest = '';
  let isTooLong = false;
  try {
    const size = Math.max(1, (await stat(path)).size);
    let read = 0;
    for await (const bytes of createReadStream(path, { highWaterMark: chunkBytes })) {
      read += (bytes as Uint8Array).length;
      far.share = read / size;
      const parts = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        yield isTooLong ? null : part;
        isTooLong = false;
      }
      if (rest.length > maxLineCharacters) {
        isTooLong = true;
        rest = '';
      }
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new MurmurationError(
      'config.invalid',
      `The inputs ${path} can't be read: ${(cause as Error).message}.`,
    );
  }
  if (isTooLong) yield null;
  else if (rest !== '') yield rest;
}
