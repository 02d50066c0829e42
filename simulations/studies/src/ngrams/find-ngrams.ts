import { alphabetOf, sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { type CountedNgram, countNgrams, keyOf } from '@murmuration/protocol/ngrams/counted-ngrams';
import { encodeNgrams, type Ngram } from '@murmuration/protocol/ngrams/ngram-file';
import { doublings, listNumbers, ngramsOfList } from '@murmuration/protocol/ngrams/ngram-list';
import { candidatesOf, sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { type FoundNumbers, readNumbers } from '@murmuration/protocol/queries/found-numbers';
import type { NumbersQuery } from '@murmuration/protocol/queries/query';
import { type Side, sideOf } from '@murmuration/protocol/queries/sides';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { AskedPhones } from '../vocabulary/asked-phones.ts';
import type { NgramSettings } from './settings.ts';

/** N-grams that phones have in common, as the file of a version, and the traffic used. */
export interface MinedNgrams {
  readonly file: Uint8Array;
  /** N-grams in the file, by length from 1. */
  readonly counts: readonly number[];
  /** Mean bytes of a phone's answers to all queries of its side, without masking messages. */
  readonly bytesUpPerDevice: number;
  /** Bytes that a phone receives to answer: the lists, as ids of two bytes. */
  readonly bytesDownPerDevice: number;
}

export interface NgramFinding {
  readonly phones: readonly { readonly train: readonly string[] }[];
  /** Words that the phones agree on. */
  readonly words: readonly string[];
  readonly settings: NgramSettings;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/**
 * Finds the n-grams of known words that at least `threshold` phones have, in masked rounds. First come words
 * by their ids; then for each length one side of phones fills a sketch, which yields candidates, and the
 * other counts those in a list (SPEC.md, QY12 and QY16).
 * @throws the errors with which devices refuse a query, and `model.corrupt` if they have no n-gram in common
 */
export async function findNgrams({ phones, words, settings, seed, log }: NgramFinding): Promise<MinedNgrams> {
  const { threshold, perDevice, sketches, masking } = settings;
  const vocabulary = new Vocabulary(words);
  const sequences = phones.map(({ train }) => sequencesOf(train, vocabulary));
  const alphabet = alphabetOf(vocabulary);
  const { classes, firstClass } = alphabet;
  const unmasker = masking === 'on' ? unmaskerPool() : undefined;
  const random = seededRandom(seed, 'sides');
  const sides = phones.map(() => sideOf(random(32), 'examples'));
  let bytesUp = 0;
  const ask = async (side: Side, name: string, numbers: number, of: (phone: number) => readonly number[]) => {
    const asked = sides.flatMap((each, phone) => (each === side ? [phone] : []));
    const answers = asked.map(of);
    const values = Math.max(1, ...answers.map(({ length }) => length));
    const query = defineQuery({ name, kind: 'numbers', threshold, numbers, values }) as NumbersQuery;
    const those = await AskedPhones.open({
      name,
      kind: 'numbers',
      answers,
      random: seededRandom(seed, name),
      unmasker,
      areOnSide: true,
    });
    const { figures, answerBytes } = await those.ask(query);
    bytesUp += answerBytes * asked.length;
    log(`${name}: ${(figures as FoundNumbers).found} of ${numbers}; ${answerBytes} bytes a phone.`);
    return readNumbers(figures as FoundNumbers);
  };
  const found: Ngram[] = [];
  let bytesDownPerDevice = 0;
  let shorter = new Map<string, Ngram>();
  try {
    for (let length = 1; length <= sketches.length + 1; length++) {
      const own = sequences.map((each): CountedNgram[] =>
        countNgrams(each, {
          length,
          firstClass,
          most: perDevice,
          shorter: length > 1 ? shorter : undefined,
        }),
      );
      let list: (readonly number[])[] = words.map((_, i) => [firstClass + i]);
      const form = sketches[length - 2];
      if (form) {
        const filled = await ask('sketches', `ngrams-${length}-sketch`, form.rows * form.buckets, phone => [
          ...new Set(own[phone]!.flatMap(({ ids }) => sketchNumbers(ids, form))),
        ]);
        list = candidatesOf(length, alphabet, shorter, filled, form);
        bytesDownPerDevice += list.length * length * 2;
      }
      if (list.length === 0) break;
      const devices = await ask('counts', `ngrams-${length}`, Math.max(16, list.length * doublings), phone =>
        listNumbers(own[phone]!, list),
      );
      shorter = new Map(ngramsOfList(list, devices).map(ngram => [keyOf(ngram.ids), ngram]));
      found.push(...shorter.values());
    }
  } finally {
    await unmasker?.close();
  }
  return {
    file: encodeNgrams(found, { classes, firstClass, threshold }),
    counts: Array.from(
      { length: sketches.length + 1 },
      (_, i) => found.filter(({ ids }) => ids.length === i + 1).length,
    ),
    bytesUpPerDevice: bytesUp / phones.length,
    bytesDownPerDevice,
  };
}
