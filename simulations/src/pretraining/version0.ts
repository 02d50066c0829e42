import { readFile } from 'node:fs/promises';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { describeModel, writeWeights } from '@murmuration/engine/models/model';
import type * as tf from '@murmuration/engine/tfjs/tf';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { linesSha256, type Provenance } from './pretrain.ts';
import { readQuantisedWeights } from './quantised-weights.ts';

const file = (name: string) => new URL(`../../version0/${name}`, import.meta.url);
/** Where version 0 lies, and what is known of it. `npm run pretrain` makes both. */
export const version0Files = { weights: file('weights.bin'), provenance: file('provenance.json') } as const;

/**
 * The keyboard model before any round, taught with public text that no phone holds. Throws `model.unusable` where it was taught for other
 * words than these.
 */
export async function version0(words: readonly string[]): Promise<tf.LayersModel> {
  const { vocabularySha256 } = await version0Provenance();
  if (vocabularySha256 !== linesSha256(words))
    throw new MurmurationError(
      'model.unusable',
      'Version 0 was taught for another vocabulary. Teach it for this one: npm run pretrain',
    );
  const model = nextWordModel(smallModel, 0);
  writeWeights(
    model,
    readQuantisedWeights(await readFile(version0Files.weights), describeModel(model).layout),
  );
  return model;
}

/** What version 0 was made of. */
export async function version0Provenance(): Promise<Provenance> {
  return JSON.parse(await readFile(version0Files.provenance, 'utf8'));
}
