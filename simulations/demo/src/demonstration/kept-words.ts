import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { writeWhole } from '@murmuration/storage/files/durable-file';
import type { AgreedWords } from '@murmuration/studies/vocabulary/find-words';
import * as z from 'zod';

const agreedWords = z.object({
  words: z.array(z.string().min(1)).min(1),
  phones: z.int().min(1),
  threshold: z.int().min(1),
});

const fileIn = (folder: string) => join(folder, 'vocabulary.json');

/**
 * Words that an earlier start found; undefined if it found none. Throws `storage.corrupt` for a file that is
 * not ours.
 */
export async function keptWords(folder: string): Promise<AgreedWords | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return agreedWords.parse(JSON.parse(text));
  } catch (cause) {
    throw new MurmurationError('storage.corrupt', `${fileIn(folder)} is no vocabulary of a demonstration.`, {
      cause,
    });
  }
}

/** Stores the words atomically, before any model is made of them. */
export async function keepWords(folder: string, { words, phones, threshold }: AgreedWords): Promise<void> {
  const file = fileIn(folder);
  await writeWhole(
    file,
    `${file}.${process.pid}`,
    new TextEncoder().encode(JSON.stringify({ words, phones, threshold })),
  );
}
