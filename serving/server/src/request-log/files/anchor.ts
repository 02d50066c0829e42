import { readFile } from 'node:fs/promises';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import * as z from 'zod';
import type { KnownLine } from './verify.ts';

const schema = z.object({
  sequence: z.int().min(0),
  chain: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Reads the line that an anchor names. Throws `config.invalid` if the file is malformed. */
export async function readAnchor(path: string): Promise<KnownLine> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The anchor ${path} can't be read, or names no line: ${(cause as Error).message}`,
      { cause },
    );
  }
}
