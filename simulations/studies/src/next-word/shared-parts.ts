import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { findNgrams } from '../ngrams/find-ngrams.ts';
import { trainByRounds } from './federated-training.ts';
import type { PartMaker } from './part-maker.ts';
import { type KeyboardTableInputs, untrained, withoutHeldOut } from './table.ts';

/** Models that phones have learned together. */
export interface SharedParts {
  /** Words of the vocabulary. */
  readonly words: readonly string[];
  /** File of their n-grams. */
  readonly ngrams: Uint8Array;
  /** Model after public text and all rounds. */
  readonly model: ModelFiles;
}

/** Finds the n-grams of phones and trains the shared model, as the table does. */
export async function teachShared(
  { phones, words: found, publicText, settings, log }: KeyboardTableInputs,
  { make }: Pick<PartMaker, 'make'>,
  workers: number,
): Promise<SharedParts> {
  const { rowLength, seed } = settings;
  const words = found.slice(0, settings.model.vocabulary - firstWordId);
  const { file: ngrams } = await findNgrams({ phones, words, settings: settings.ngrams, seed, log });
  const common = { words, rowLength, seed };
  const begin = await make({
    ...common,
    part: 'central',
    name: 'Public text',
    model: untrained(settings, firstWordId + words.length),
    messages: withoutHeldOut({ phones, publicText }),
    settings: settings.pretraining,
  });
  const { federated } = settings;
  const model = await trainByRounds({
    ...common,
    begin,
    phones,
    settings: federated,
    workers,
    log,
  });
  return { words, ngrams, model };
}
