import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isObject } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RowBatch } from './batch.ts';
import { jsonValue } from './cells.ts';
import type { RowEncoder } from './encoder.ts';
import { type ReadRecord, recordBatches } from './records.ts';

/** Maximum characters of one line. */
const maxLineCharacters = 16 << 20;
/** Bytes read from the file at once. */
const chunkBytes = 1 << 18;

/**
 * Yields the rows of a JSON Lines file; the first object names the columns. A line that is not an object is a
 * failure of its own.
 */
export function jsonLinesBatches(
  { jsonLines: path }: { readonly jsonLines: string },
  encoderOf: (columns: readonly string[]) => RowEncoder,
): AsyncGenerator<RowBatch> {
  const far = { share: 0 };
  return recordBatches(linesOf(path, far), encoderOf, {
    read(text) {
      if (text === null) return `it has more than ${maxLineCharacters} characters`;
      return text.trim() === '' ? null : objectOf(text);
    },
    mostEarly: 1_000,
    refusal: reason => `${path} is no file of JSON Lines: line 1: ${reason}.`,
    share: () => far.share,
  });
}

/** Returns the object in a line, or the reason why it is none. */
function objectOf(text: string): ReadRecord {
  try {
    const value = jsonValue(text);
    return isObject(value) ? value : 'it is no JSON object';
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
  far.share = 1;
  if (isTooLong) yield null;
  else if (rest !== '') yield rest;
}
