import { firstWordId, mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Phone } from '../data/federated-text.ts';
import { bothRounds } from '../vocabulary/both-rounds.ts';
import { coverage, wordsOf } from '../vocabulary/words.ts';
import type { KeyboardTableSettings } from './settings.ts';

/** What the vocabulary is. */
export interface VocabularyFigures {
  readonly words: number;
  readonly threshold: number;
  /** Different words that a phone said at most. */
  readonly wordsPerDevice: number;
  /** Share of the held-out words that it has, and that one of as many of the most frequent words of all text in one place would have. */
  readonly coverage: number;
  readonly pooledCoverage: number;
  /** Of the answers of a phone in both rounds. */
  readonly bytesUpPerDevice: number;
}

/**
 * The words that phones agree on, the most frequent first, by the devices' own answers, as far as the model has room for them. Throws
 * `secagg.too-few` for fewer phones than the threshold, `config.invalid` where they agree on no word.
 */
export async function wordsOfPhones(
  phones: readonly Phone[],
  { words: settings, model, seed }: Pick<KeyboardTableSettings, 'words' | 'model' | 'seed'>,
  log: (line: string) => void,
): Promise<{ readonly words: readonly string[]; readonly figures: VocabularyFigures }> {
  const typed = phones.map(({ train }) => wordsOf(train));
  const { sketch, table } = await bothRounds(typed, { ...settings, phones: phones.length }, seed, log);
  const { threshold, wordsPerDevice } = settings;
  if (!table || table.figures.texts.length === 0)
    throw new MurmurationError(
      'config.invalid',
      `There is no word that ${threshold} of ${phones.length} phones typed.`,
    );
  const words = table.figures.texts.map(({ text }) => text).slice(0, model.vocabulary - firstWordId);
  const heldOut = wordsOf(phones.flatMap(phone => phone.heldOut));
  const pooled = mostFrequentWords(
    phones.flatMap(({ train }) => train),
    firstWordId + words.length,
  );
  return {
    words,
    figures: {
      words: words.length,
      threshold,
      wordsPerDevice,
      coverage: coverage(heldOut, words),
      pooledCoverage: coverage(heldOut, pooled.words),
      bytesUpPerDevice: sketch.answerBytes + table.answerBytes,
    },
  };
}
