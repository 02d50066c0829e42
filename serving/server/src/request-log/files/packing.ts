import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type LogFile, replaceFile, writeStream } from './folder.ts';

/** Packs a file to which nobody writes any more. A crash at any moment leaves it packed or as it was. */
export async function packFile({ path }: LogFile): Promise<void> {
  await replaceFile(`${path}.gz`, async packed => {
    await pipeline(createReadStream(path), createGzip(), chunks => writeStream(packed, chunks));
  });
  await rm(path);
}
