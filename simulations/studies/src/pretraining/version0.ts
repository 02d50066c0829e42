import { readFile } from 'node:fs/promises';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { describeModel, writeWeights } from '@murmuration/engine/models/model';
import type * as tf from '@murmuration/engine/tfjs/tf';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { withWords } from './known-words.ts';
import { linesSha256, type Provenance } from './pretrain.ts';
import { readQuantisedWeights } from './quantised-weights.ts';

const file = (name: string) => new URL(`../../version0/${name}`, import.meta.url);
/**
 * Files of version 0: its weights, its words, one per line, and its provenance. `npm run pretrain` makes all
 * three.
 */
export const version0Files = {
  weights: file('weights.bin'),
  words: file('words.txt'),
  provenance: file('provenance.json'),
} as const;

/** Number of ids of its vocabulary, the most frequent words of the public text. */
export const publicIds = 4_000;

/**
 * Returns the keyboard model before any round, pretrained on public text that no phone holds, for a
 * vocabulary; it keeps what it learned of these words.
 * @throws `model.unusable` if its files do not belong together
 */
export async function version0(words: readonly string[]): Promise<tf.LayersModel> {
  const taught = await publicWords();
  const before = nextWordModel({ ...smallModel, vocabulary: firstWordId + taught.length }, 0);
  const { layout } = describeModel(before);
  before.dispose();
  const weights = readQuantisedWeights(await readFile(version0Files.weights), layout);
  const model = nextWordModel({ ...smallModel, vocabulary: firstWordId + words.length }, 0);
  writeWeights(
    model,
    withWords({ words: taught, layout, weights }, { words, layout: describeModel(model).layout }),
  );
  return model;
}

/**
 * Returns the words of version 0, the most frequent ones of the public text.
 * @throws `model.unusable` for words that its provenance does not name
 */
export async function publicWords(): Promise<readonly string[]> {
  const words = (await readFile(version0Files.words, 'utf8')).trimEnd().split('\n');
  const { vocabularySha256 } = await version0Provenance();
  if (vocabularySha256 !== linesSha256(words))
    throw new MurmurationError(
      'model.unusable',
      'Version 0 was taught for other words than its file has. Teach it again: npm run pretrain',
    );
  return words;
}

/** Returns the origin of version 0. */
export async function version0Provenance(): Promise<Provenance> {
  return JSON.parse(await readFile(version0Files.provenance, 'utf8'));
}
