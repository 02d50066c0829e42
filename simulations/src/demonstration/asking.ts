import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';

/** How a person asks the model of a demonstration, by a token that can do nothing else. */
export interface Asking {
  /** What the coordinator is to know of the token, for `inference.tokens` of its configuration. */
  readonly token: {
    readonly id: string;
    readonly name: string;
    readonly rights: readonly 'predict'[];
    readonly models: readonly string[];
    readonly sha256: string;
  };
  /** The line for a shell. It reads the token from a file, so that whoever pastes it elsewhere shows none. */
  readonly line: (url: string) => string;
  /** Deletes the file. */
  readonly end: () => Promise<void>;
}

/** A token that may ask one model, in a file that only this person can read. */
export async function openAsking(model: string, random: RandomBytes): Promise<Asking> {
  const { text, id, sha256 } = mintInferenceToken(random, native);
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-ask-'));
  const file = join(folder, 'header');
  await writeFile(file, `Authorization: Bearer ${text}\n`, { mode: 0o600 });
  const body = JSON.stringify({ instances: ['how are', 'see you'] });
  return {
    token: { id, name: 'whoever asks here', rights: ['predict'], models: [model], sha256 },
    line: url => `curl -H @${file} ${url}/v1/models/${model}:predict --data '${body}'`,
    end: () => rm(folder, { recursive: true, force: true }),
  };
}
