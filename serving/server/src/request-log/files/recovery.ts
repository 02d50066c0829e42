import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beginning } from './chain.ts';
import { type LogFile, linesOf, logFiles, unfinished } from './folder.ts';
import { longestLine, type Place, type ReadLine, readLine, splitLine } from './line.ts';

/** How a log was left. */
export interface Left {
  readonly files: readonly LogFile[];
  readonly place: Place;
  /** Bytes of a last line that was not written to its end, which were cut off. */
  readonly cut: number;
}

/**
 * Puts a folder in order in which a process may have ended at any moment: a line that was not written to its end is cut off, a file that never
 * got its first line is deleted, and so is what was not in its place yet. Throws `storage.corrupt` where the log ends with what is no line.
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

/** The first line of a file, which tells of it; undefined where it is none. */
export async function headOf(file: LogFile): Promise<ReadLine | undefined> {
  for await (const { bytes } of linesOf(file)) return readLine(bytes);
  return undefined;
}

async function sweep(folder: string, files: readonly LogFile[]): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith(unfinished)) await rm(join(folder, name), { force: true });
  // Packed, and the original not deleted yet: it is packed again.
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

/** The end of a file, as much as two lines have. */
async function readTail(handle: FileHandle, size: number): Promise<Buffer> {
  const length = Math.min(size, 2 * longestLine);
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

function placeAfter(file: LogFile, line: Buffer): Place {
  const read = readLine(line);
  if (!read) throw damaged(file);
  return { sequence: read.sequence + 1, link: splitLine(line)?.link ?? beginning };
}

function damaged({ path }: LogFile): MurmurationError {
  return new MurmurationError(
    'storage.corrupt',
    `The log file ${path} ends with what is no line of a log. See what \`murmuration log verify\` says of its folder, and log to another one.`,
  );
}
