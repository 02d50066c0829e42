import { RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { KneserNey } from '../baselines/kneser-ney.ts';
import { NgramMixture } from '../baselines/ngram-mixture.ts';
import { countRecall } from '../baselines/recall.ts';
import type { SpreadingModel } from '../baselines/spread.ts';
import { WittenBell } from '../baselines/witten-bell.ts';

/**
 * Candidate weights of the phone's own model; the best one for all phones' scored words is chosen in
 * hindsight.
 */
export const ownWeights = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5] as const;

/**
 * Models of the training phones' pooled text, mixed with everything that a phone has typed before the current
 * message.
 */
export const baselines = ['trigramCache', 'kneserNeyOwn'] as const;
export type Baseline = (typeof baselines)[number];

/** Messages that a phone learns from before scoring, and messages to score, in the order of writing. */
export interface Stranger {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Words of a phone that were first, and among three, under each weight of `ownWeights`. */
export interface Hits {
  readonly words: number;
  readonly top1: readonly number[];
  readonly top3: readonly number[];
}

/** Scores the baselines on phones outside the training text. They know all words. */
export function strangersHits(
  training: readonly (readonly string[])[],
  strangers: readonly Stranger[],
): Record<Baseline, Hits>[] {
  const vocabulary = mostFrequentWords(
    [...training.flat(), ...strangers.flatMap(({ before, after }) => [...before, ...after])],
    Number.POSITIVE_INFINITY,
  );
  const encode = (messages: readonly string[]) => messages.map(message => vocabulary.encode(message));
  const messages = training.flatMap(encode);
  const { size } = vocabulary;
  const trigram = new WittenBell(3, size, messages);
  const kneserNey = new KneserNey(size, messages);
  return strangers.map(({ before, after }) => {
    const [own, cache] = [3, 1].map(order => new WittenBell(order as 1 | 3, size, encode(before)));
    const hitsOf = (shared: SpreadingModel) => {
      const counters = ownWeights.map(() => new RecallCounter());
      const score = (mine: SpreadingModel, ids: readonly number[]) => {
        for (const [i, weight] of ownWeights.entries())
          countRecall(
            counters[i]!,
            new NgramMixture({ model: shared, weight: 1 - weight }, { model: mine, weight }),
            [ids],
          );
      };
      return { counters, score };
    };
    const [withCache, withOwn] = [hitsOf(trigram), hitsOf(kneserNey)];
    for (const ids of encode(after)) {
      withCache.score(cache!, ids);
      withOwn.score(own!, ids);
      for (const mine of [own!, cache!]) mine.add(ids);
    }
    return { trigramCache: countsOf(withCache.counters), kneserNeyOwn: countsOf(withOwn.counters) };
  });
}

function countsOf(counters: readonly RecallCounter[]): Hits {
  const recalls = counters.map(({ recall }) => recall);
  const words = recalls[0]?.words ?? 0;
  return {
    words,
    top1: recalls.map(({ top1 }) => Math.round(top1 * words)),
    top3: recalls.map(({ top3 }) => Math.round(top3 * words)),
  };
}
