import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type LogFile, replaceFile, writeStream } from './folder.ts';

/** Packs a closed file. A crash at any moment leaves it either packed or unchanged. */
export async function packFile({ path }: LogFile): Promise<void> {
  await replaceFile(`${path}.gz`, async packed => {
    await pipeline(createReadStream(path), createGzip(), chunks => writeStream(packed, chunks));
  });
  await rm(path);
}
