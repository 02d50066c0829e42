import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { areaUnderCurve } from './auc.ts';
import { wordsOf } from './words.ts';

/** Length of the vector into which words are hashed. */
const vectorLength = 1 << 16;
const epochs = 20;
const rate = 0.5;
const decay = 1e-4;

export interface DomainClassifierOptions {
  /** Most texts of each sample that are read, evenly spread. */
  readonly most?: number;
}

/**
 * Returns how well a classifier separates current from reference texts: the area under its ROC curve on
 * texts that it was not trained on. 0.5 is chance, as without any change; 1 is perfect. It is a logistic
 * regression on hashed words, trained on every other text in the same order in each run. Throws
 * `data.malformed` for fewer than 4 texts with words in either sample.
 */
export function domainClassifier(
  reference: readonly string[],
  current: readonly string[],
  { most = 5_000 }: DomainClassifierOptions = {},
): { readonly area: number; readonly positives: number; readonly negatives: number } {
  const before = spread(reference, most).map(featuresOf).filter(notEmpty);
  const after = spread(current, most).map(featuresOf).filter(notEmpty);
  if (Math.min(before.length, after.length) < 4)
    throw new MurmurationError(
      'data.malformed',
      'The classifier needs four texts with words in each sample.',
    );
  const held = (_: unknown, at: number) => at % 2 === 1;
  const kept = (_: unknown, at: number) => at % 2 === 0;
  const weights = train(before.filter(kept), after.filter(kept));
  const [negatives, positives] = [before.filter(held), after.filter(held)];
  const scores = Float64Array.from([...negatives, ...positives], features => score(weights, features));
  const isPositive = [...negatives.map(() => false), ...positives.map(() => true)];
  return {
    area: areaUnderCurve(scores, isPositive),
    positives: positives.length,
    negatives: negatives.length,
  };
}

/** Indices of a text's words, without duplicates, for a vector of length 1. */
type Features = Uint32Array;

function featuresOf(text: string): Features {
  return Uint32Array.from(new Set(wordsOf(text).map(placeOf)));
}

function notEmpty(features: Features): boolean {
  return features.length > 0;
}

/** Hashes a word by FNV-1a over its UTF-16 units. */
function placeOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % vectorLength;
}

/** Trains by stochastic gradient descent, alternating between the classes, with equal weights. */
function train(negatives: readonly Features[], positives: readonly Features[]): Float64Array {
  const weights = new Float64Array(vectorLength);
  const turns = Math.max(negatives.length, positives.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const step = rate / (1 + epoch);
    for (let turn = 0; turn < turns; turn++) {
      // Coprime to most lengths, so that consecutive steps use distant texts.
      const at = turn * 7_919 + epoch;
      learn(weights, negatives[at % negatives.length]!, 0, step);
      learn(weights, positives[at % positives.length]!, 1, step);
    }
  }
  return weights;
}

function learn(weights: Float64Array, features: Features, target: 0 | 1, step: number): void {
  const error = target - 1 / (1 + Math.exp(-score(weights, features)));
  const change = (step * error) / Math.sqrt(features.length);
  for (const place of features) weights[place]! += change - step * decay * weights[place]!;
}

function score(weights: Float64Array, features: Features): number {
  let sum = 0;
  for (const place of features) sum += weights[place]!;
  return sum / Math.sqrt(features.length);
}

function spread(texts: readonly string[], most: number): readonly string[] {
  if (texts.length <= most) return texts;
  return Array.from({ length: most }, (_, at) => texts[Math.floor((at * texts.length) / most)]!);
}
