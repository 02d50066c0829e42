import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxLineBytes } from './line.ts';

/** File of a log. */
export interface LogFile {
  /** Number from 1, in the order of writing. */
  readonly number: number;
  readonly path: string;
  /** True if it is compressed by gzip. */
  readonly isPacked: boolean;
}

/** Line of a file, without its line break. */
export interface FileLine {
  readonly bytes: Buffer;
  /** True unless it is an incomplete last line. */
  readonly isWhole: boolean;
}

const fileNamePattern = /^(\d{12})\.jsonl(\.gz)?$/;
/** Suffix of files that are not complete yet. */
export const unfinished = '.part';

export function pathOf(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(12, '0')}.jsonl`);
}

/**
 * Returns the files of a log, oldest first. If a file is being packed, the original counts. Throws
 * `config.invalid` if the folder can't be read.
 */
export async function logFiles(folder: string): Promise<readonly LogFile[]> {
  const names = await readdir(folder).catch(cause => {
    throw new MurmurationError(
      'config.invalid',
      `The folder of the log, ${folder}, can't be read: ${(cause as Error).message}.`,
      { cause },
    );
  });
  const files = new Map<number, LogFile>();
  // The original of two sorts first.
  for (const name of names.sort()) {
    const [, digits, packed] = fileNamePattern.exec(name) ?? [];
    const number = Number(digits);
    if (digits === undefined || files.has(number)) continue;
    files.set(number, { number, path: join(folder, name), isPacked: packed !== undefined });
  }
  return [...files.values()].sort((a, b) => a.number - b.number);
}

/**
 * Yields the lines of a file from `from` on (bytes before packing), even if it was packed since it was
 * listed. Throws `storage.corrupt` for a line longer than `longestLine`, and errors of reading.
 */
export async function* linesOf(file: LogFile, from = 0): AsyncGenerator<FileLine> {
  const { path, isPacked, raw } = await opened(file, from);
  const stream = isPacked ? raw.pipe(createGunzip()) : raw;
  // `pipe` does not pass on errors.
  if (isPacked) raw.on('error', error => stream.destroy(error));
  let skip = isPacked ? from : 0;
  let rest: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let at = Math.min(skip, chunk.length);
      skip -= at;
      for (let end = chunk.indexOf(10, at); end >= 0; end = chunk.indexOf(10, at)) {
        rest.push(chunk.subarray(at, end));
        yield { bytes: rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest), isWhole: true };
        rest = [];
        length = 0;
        at = end + 1;
      }
      if (at === chunk.length) continue;
      rest.push(chunk.subarray(at));
      length += chunk.length - at;
      if (length > maxLineBytes)
        throw new MurmurationError(
          'storage.corrupt',
          `The log file ${path} has a line of more than ${maxLineBytes} bytes.`,
        );
    }
  } finally {
    raw.destroy();
  }
  if (length > 0) yield { bytes: Buffer.concat(rest), isWhole: false };
}

async function opened({ path, isPacked }: LogFile, from: number) {
  try {
    const start = isPacked ? 0 : from;
    return { path, isPacked, raw: (await open(path, 'r')).createReadStream({ start }) };
  } catch (error) {
    if (isPacked || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const packed = `${path}.gz`;
    return { path: packed, isPacked: true, raw: (await open(packed, 'r')).createReadStream() };
  }
}

/** Returns the bytes of a file on disk; 0 if it is gone. */
export async function sizeOf({ path }: LogFile): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Writes a file beside its place and renames it, durably. If `write` fails, the old file stays. */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const beside = `${path}${unfinished}`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows can't open a folder, and writes names through.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all of `bytes` from `position` on: a single write may take fewer. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** Writes all chunks from the start of the file. */
export async function writeStream(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let at = 0;
  for await (const chunk of chunks) {
    await writeAll(file, chunk, at);
    at += chunk.length;
  }
}
