import { firstWordId, unknownId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { SpreadingModel } from './spread.ts';

/** One model of a mixture. */
export interface NgramPart {
  readonly model: SpreadingModel;
  /** λᵢ, from 0 to 1. */
  readonly weight: number;
}

/** Mixture Σ λᵢ Pᵢ(w | h) of one or more n-gram models over one vocabulary. */
export class NgramMixture {
  readonly #first: NgramPart;
  readonly #others: readonly NgramPart[];
  readonly #scores: Float64Array;

  constructor(first: NgramPart, ...others: readonly NgramPart[]) {
    this.#first = first;
    this.#others = others;
    this.#scores = new Float64Array(first.model.unigram.length);
  }

  /**
   * Returns the `count` likeliest words after the ids of a message so far, the likeliest first; ties by
   * ascending id. Words unknown to the other models keep the order of the first model's longest context that
   * they followed, so only the first few of each order have to be examined.
   */
  best(history: readonly number[], count: number): number[] {
    const { model, weight } = this.#first;
    const { shares, left } = model.spread(history, 'unigram');
    const others = this.#others.map(part => ({
      weight: part.weight,
      ...part.model.spread(history, 'uniform'),
    }));
    const uniform = others.reduce((sum, { weight, left }) => sum + weight * left, 0);
    const all = [{ weight, shares }, ...others].flatMap(({ weight, shares }) =>
      shares.map(({ counts, perCount }) => ({ counts, perCount: weight * perCount })),
    );
    const scores = this.#scores;
    const met: number[] = [];
    const meet = (id: number): boolean => {
      if (id < firstWordId || scores[id]! > 0) return false;
      let score = weight * left * model.unigram[id]! + uniform / (scores.length - unknownId);
      for (const { counts, perCount } of all) score += (counts.get(id) ?? 0) * perCount;
      scores[id] = score;
      met.push(id);
      return true;
    };
    const meetFirst = (ids: Uint32Array) => {
      let unmet = 0;
      for (let i = 0; i < ids.length && unmet < count; i++) if (meet(ids[i]!)) unmet++;
    };
    for (const { shares } of others)
      for (const { counts } of shares) for (const id of counts.keys()) meet(id);
    meetFirst(model.ranked(history, 2));
    meetFirst(model.ranked(history, 1));
    meetFirst(model.byFrequency);
    const best = firstOf(met, scores, count);
    for (const id of met) scores[id] = 0;
    return best;
  }
}

/** Returns the few ids with the highest scores, without sorting all. */
function firstOf(ids: readonly number[], scores: Float64Array, count: number): number[] {
  const best: number[] = [];
  const isBefore = (a: number, b: number) => scores[a]! > scores[b]! || (scores[a] === scores[b] && a < b);
  for (const id of ids) {
    if (best.length === count && !isBefore(id, best[count - 1]!)) continue;
    let at = best.length;
    while (at > 0 && isBefore(id, best[at - 1]!)) at--;
    best.splice(at, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}
