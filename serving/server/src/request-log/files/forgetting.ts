import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Chain } from './chain.ts';
import { type FileLine, type LogFile, linesOf, replaceFile, writeStream } from './folder.ts';
import { readLine, splitLine, tombstoneOf } from './line.ts';

const end = Buffer.from('\n');

/** Returns the number of lines about a person. */
export async function linesAbout(file: LogFile, person: string): Promise<number> {
  let count = 0;
  for await (const { bytes } of linesOf(file)) if (isAbout(bytes, person)) count += 1;
  return count;
}

/** Replaces each line about a person by a tombstone, and the whole file atomically. */
export async function deleteFrom(file: LogFile, person: string, chain: Chain | null): Promise<void> {
  await replaceFile(file.path, async handle => {
    const lines = withoutLines(file, person, chain);
    if (!file.isPacked) return writeStream(handle, lines);
    await pipeline(lines, createGzip(), chunks => writeStream(handle, chunks));
  });
}

async function* withoutLines(file: LogFile, person: string, chain: Chain | null): AsyncGenerator<Buffer> {
  for await (const line of linesOf(file)) {
    yield isAbout(line.bytes, person) ? tombstoneFor(line, chain) : line.bytes;
    if (line.isWhole) yield end;
  }
}

function tombstoneFor({ bytes }: FileLine, chain: Chain | null): Buffer {
  const read = readLine(bytes);
  const split = splitLine(bytes);
  const sealed = chain && split ? { digest: chain.digest(split.body), link: split.link } : null;
  return Buffer.from(tombstoneOf(read?.source ?? '', { sequence: read?.sequence ?? 0 }, sealed));
}

function isAbout(line: Buffer, person: string): boolean {
  // Few lines are: only candidates are parsed.
  return line.includes(person) && readLine(line)?.person === person;
}
