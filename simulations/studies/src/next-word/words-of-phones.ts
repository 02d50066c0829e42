import { firstWordId, mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import { bothRounds } from '../vocabulary/both-rounds.ts';
import { coverage, wordsOf } from '../vocabulary/words.ts';
import type { KeyboardTableSettings } from './settings.ts';

/** Figures of the vocabulary. */
export interface VocabularyFigures {
  readonly words: number;
  /** Minimum number of phones that typed each word: the lowest threshold of the queries. */
  readonly threshold: number;
  /** Words found by each query in order, and the share of held-out words covered so far. */
  readonly levels: readonly {
    readonly threshold: number;
    readonly words: number;
    readonly coverage: number;
  }[];
  /** Maximum number of different words that a phone sends. */
  readonly wordsPerDevice: number;
  /**
   * Share of the held-out words that the vocabulary covers, and the share for as many of the most frequent
   * words of the pooled text.
   */
  readonly coverage: number;
  readonly pooledCoverage: number;
  /** Mean bytes of a phone's answers to all queries, two rounds each. */
  readonly bytesUpPerDevice: number;
}

/**
 * Finds the words that phones agree on by the devices' own answers, as many as the model has room for: first
 * those of many phones, then rarer ones by further queries, in which a phone sends only unknown words. So
 * rare words don't hide frequent ones. Each query's words are sorted by frequency.
 * @throws `secagg.too-few` for fewer phones than a threshold, `config.invalid` if they agree on no word
 */
export async function wordsOfPhones(
  phones: readonly PhoneMessages[],
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
