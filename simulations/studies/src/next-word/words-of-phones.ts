import { firstWordId, mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Phone } from '@murmuration/simulations/data/federated-text';
import { bothRounds } from '../vocabulary/both-rounds.ts';
import { coverage, wordsOf } from '../vocabulary/words.ts';
import type { KeyboardTableSettings } from './settings.ts';

/** What the vocabulary is. */
export interface VocabularyFigures {
  readonly words: number;
  /** Phones that typed each word, at least: the lowest threshold that was asked for. */
  readonly threshold: number;
  /** What each query has found, in their order, and the share of the held-out words that are covered since. */
  readonly levels: readonly {
    readonly threshold: number;
    readonly words: number;
    readonly coverage: number;
  }[];
  /** Different words that a phone said at most. */
  readonly wordsPerDevice: number;
  /** Share of the held-out words that it has, and that one of as many of the most frequent words of all text in one place would have. */
  readonly coverage: number;
  readonly pooledCoverage: number;
  /** Of the answers of a phone to all queries, two rounds each. */
  readonly bytesUpPerDevice: number;
}

/**
 * The words that phones agree on, by the devices' own answers, as far as the model has room for them: first those of many phones, then by
 * further queries rarer ones, in which a phone says only what is not known yet. So the rare ones hide none that are frequent. Each query's
 * words have the most frequent first. Throws `secagg.too-few` for fewer phones than a threshold, `config.invalid` where they agree on no word.
 */
export async function wordsOfPhones(
  phones: readonly Phone[],
  { words: { further, ...settings }, model, seed }: Pick<KeyboardTableSettings, 'words' | 'model' | 'seed'>,
  log: (line: string) => void,
): Promise<{ readonly words: readonly string[]; readonly figures: VocabularyFigures }> {
  const typed = phones.map(({ train }) => wordsOf(train));
  const heldOut = wordsOf(phones.flatMap(phone => phone.heldOut));
  const room = model.vocabulary - firstWordId;
  const known = new Set<string>();
  const levels: VocabularyFigures['levels'][number][] = [];
  let bytesUpPerDevice = 0;
  for (const level of [settings, ...further]) {
    const unknown = typed.map(words => words.filter(word => !known.has(word)));
    const asked = { ...settings, ...level, phones: phones.length };
    const { sketch, table } = await bothRounds(unknown, asked, seed, log);
    const found = table?.figures.texts ?? [];
    const before = known.size;
    for (const { text } of found.slice(0, room - known.size)) known.add(text);
    bytesUpPerDevice += sketch.answerBytes + (table?.answerBytes ?? 0);
    const { threshold } = level;
    levels.push({ threshold, words: known.size - before, coverage: coverage(heldOut, known) });
  }
  const threshold = Math.min(...levels.map(level => level.threshold));
  if (known.size === 0)
    throw new MurmurationError(
      'config.invalid',
      `There is no word that ${threshold} of ${phones.length} phones typed.`,
    );
  const pooled = mostFrequentWords(
    phones.flatMap(({ train }) => train),
    firstWordId + known.size,
  );
  return {
    words: [...known],
    figures: {
      words: known.size,
      threshold,
      levels,
      wordsPerDevice: settings.wordsPerDevice,
      coverage: coverage(heldOut, known),
      pooledCoverage: coverage(heldOut, pooled.words),
      bytesUpPerDevice,
    },
  };
}
