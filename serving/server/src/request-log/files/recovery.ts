import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beginning } from './chain.ts';
import { type LogFile, linesOf, logFiles, unfinished } from './folder.ts';
import { type LinePlace, maxLineBytes, type ReadLine, readLine, splitLine } from './line.ts';

/** State of a log as the last process left it. */
export interface Left {
  readonly files: readonly LogFile[];
  readonly place: LinePlace;
  /** Bytes of an incomplete last line, which were cut off. */
  readonly cut: number;
}

/**
 * Repairs a folder whose process may have ended at any moment: cuts off an incomplete last line, deletes a
 * file without a first line, and deletes unfinished files. Throws `storage.corrupt` if the log ends with a
 * malformed line.
 */
export async function recover(folder: string): Promise<Left> {
  const found = await logFiles(folder);
  await sweep(folder, found);
  const files = [...found];
  let cut = 0;
  for (let last = files.at(-1); last; last = files.at(-1)) {
    const ending = last.isPacked ? { line: await lastOf(last), cut: 0 } : await cutTornLine(last);
    cut += ending.cut;
    if (ending.line) return { files, place: placeAfter(last, ending.line), cut };
    await rm(last.path);
    files.pop();
  }
  return { files, place: { sequence: 0, link: beginning }, cut };
}

/** Returns the first line of a file, which describes it; undefined if it is malformed. */
export async function headOf(file: LogFile): Promise<ReadLine | undefined> {
  for await (const { bytes } of linesOf(file)) return readLine(bytes);
  return undefined;
}

async function sweep(folder: string, files: readonly LogFile[]): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith(unfinished)) await rm(join(folder, name), { force: true });
  // The original was not deleted after packing: it is packed again.
  for (const { path, isPacked } of files) if (!isPacked) await rm(`${path}.gz`, { force: true });
}

async function cutTornLine(
  file: LogFile,
): Promise<{ readonly line: Buffer | undefined; readonly cut: number }> {
  const handle = await open(file.path, 'r+');
  try {
    const { size } = await handle.stat();
    const tail = await readTail(handle, size);
    const end = tail.lastIndexOf(10);
    if (end < 0) {
      if (tail.length < size) throw damaged(file);
      return { line: undefined, cut: size };
    }
    const cut = tail.length - end - 1;
    if (cut > 0) {
      await handle.truncate(size - cut);
      await handle.sync();
    }
    const start = end === 0 ? 0 : tail.lastIndexOf(10, end - 1) + 1;
    return { line: tail.subarray(start, end), cut };
  } finally {
    await handle.close();
  }
}

/** Returns the end of a file, as long as two lines may be. */
async function readTail(handle: FileHandle, size: number): Promise<Buffer> {
  const length = Math.min(size, 2 * maxLineBytes);
  const tail = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(tail, at, length - at, size - length + at);
    if (bytesRead === 0) return tail.subarray(0, at);
    at += bytesRead;
  }
  return tail;
}

async function lastOf(file: LogFile): Promise<Buffer | undefined> {
  let last: Buffer | undefined;
  for await (const { bytes, isWhole } of linesOf(file)) if (isWhole) last = bytes;
  return last;
}

function placeAfter(file: LogFile, line: Buffer): LinePlace {
  const read = readLine(line);
  if (!read) throw damaged(file);
  return { sequence: read.sequence + 1, link: splitLine(line)?.link ?? beginning };
}

function damaged({ path }: LogFile): MurmurationError {
  return new MurmurationError(
    'storage.corrupt',
    `The log file ${path} ends with what is no line of a log. See what \`murmuration request-log verify\` says of its folder, and log to another one.`,
  );
}
