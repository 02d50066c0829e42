import { clip } from '@murmuration/client-sdk/update/clip';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { independentNoise } from '@murmuration/privacy/mechanisms/banded-noise';
import { native } from '@murmuration/protocol/primitives/node';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';

/** Text of one device as pairs of successive words: two numbers per pair. */
export type Pairs = Uint32Array;

/** Settings of teaching. */
export interface Teaching {
  /** Number of words in the vocabulary. */
  readonly words: number;
  /** Longest L2 norm of a device's contribution to a round. */
  readonly clip: number;
  /** Standard deviation of the noise in a round's sum, divided by the clip. */
  readonly noiseMultiplier: number;
  readonly rounds: number;
  readonly seed: number;
}

/** Kind of model that is taught by noisy sums of clipped contributions, one per round. */
export interface ShadowModel {
  /** Returns the number of values. */
  size(words: number): number;
  init(words: number, seed: number): Float64Array;
  /** Returns a device's contribution to a round, before clipping. */
  contribution(model: Float64Array, pairs: Pairs, words: number): Float32Array;
  /** Adds a round's sum over `devices` to the model. */
  apply(model: Float64Array, sum: Float64Array, devices: number): void;
  /** Returns the log probability of a word after another. */
  logProbability(model: Float64Array, before: number, word: number, words: number): number;
}

/** Teaches a model by all devices, each in every round. */
export function teach(kind: ShadowModel, devices: readonly Pairs[], teaching: Teaching): Float64Array {
  const { words, clip: limit, noiseMultiplier, rounds, seed } = teaching;
  const random = seededRandom(seed, 'shadow noise');
  const seeds = Array.from({ length: rounds }, () => random(32));
  const noise = independentNoise({
    primitives: native,
    seedOf: round => seeds[round]!,
    stddev: noiseMultiplier * limit,
  });
  const model = kind.init(words, seed);
  for (let round = 0; round < rounds; round++) {
    const sum = new Float64Array(kind.size(words));
    for (const pairs of devices) {
      const contribution = kind.contribution(model, pairs, words);
      clip(contribution, limit);
      for (let i = 0; i < sum.length; i++) sum[i]! += contribution[i]!;
    }
    noise.addTo(sum, round);
    kind.apply(model, sum, devices.length);
  }
  return model;
}

/** Returns the mean log probability of a device's text. */
export function scoreOf(kind: ShadowModel, model: Float64Array, pairs: Pairs, words: number): number {
  let sum = 0;
  for (let at = 0; at < pairs.length; at += 2)
    sum += kind.logProbability(model, pairs[at]!, pairs[at + 1]!, words);
  return (2 * sum) / pairs.length;
}

/** Amount added to each count of an n-gram, as a share of one device's clip. */
const smoothing = 0.01;

/** Counts of pairs; each device contributes once. */
export const bigram: ShadowModel = {
  size: words => words * words,
  init: words => new Float64Array(words * words),
  contribution(_, pairs, words) {
    const counts = new Float32Array(words * words);
    for (let at = 0; at < pairs.length; at += 2) counts[pairs[at]! * words + pairs[at + 1]!]! += 1;
    // Normalised to the clip, so that devices with little text count as much.
    const length = Math.sqrt(counts.reduce((sum, value) => sum + value * value, 0));
    return counts.map(value => value / length);
  },
  apply(model, sum) {
    for (let i = 0; i < model.length; i++) model[i]! += sum[i]!;
  },
  logProbability(model, before, word, words) {
    const row = model.subarray(before * words, (before + 1) * words);
    const all = row.reduce((sum, count) => sum + Math.max(0, count) + smoothing, 0);
    return Math.log((Math.max(0, row[word]!) + smoothing) / all);
  },
};

/** Embedding values per word. */
const hiddenUnits = 8;
const learningRate = 0.5;
/** Factor on the devices' mean in a round. */
const serverRate = 4;
/** Passes of a device over its text in a round. */
const localEpochs = 2;

/**
 * Embedding of eight values per word, and a softmax over the next word: the model consists of both tables and
 * the biases, and devices send their deltas.
 */
export const neural: ShadowModel = {
  size: words => words * (2 * hiddenUnits + 1),
  init(words, seed) {
    const uniform = seededUniform(seed);
    const model = new Float64Array(words * (2 * hiddenUnits + 1));
    for (let i = 0; i < 2 * hiddenUnits * words; i++) model[i] = 0.2 * (uniform() - 0.5);
    return model;
  },
  contribution(model, pairs, words) {
    const own = model.slice();
    for (let pass = 0; pass < localEpochs; pass++)
      for (let at = 0; at < pairs.length; at += 2) descend(own, pairs[at]!, pairs[at + 1]!, words);
    return Float32Array.from(own, (value, i) => value - model[i]!);
  },
  apply(model, sum, devices) {
    for (let i = 0; i < model.length; i++) model[i]! += (serverRate * sum[i]!) / devices;
  },
  logProbability: (model, before, word, words) => Math.log(softmax(model, before, words)[word]!),
};

/** Takes one step of gradient descent on one pair. */
function descend(model: Float64Array, before: number, word: number, words: number): void {
  const gradient = softmax(model, before, words);
  gradient[word]! -= 1;
  const [from, outputs, biases] = [before * hiddenUnits, words * hiddenUnits, 2 * words * hiddenUnits];
  const input = model.slice(from, from + hiddenUnits);
  for (let k = 0; k < words; k++) {
    const step = learningRate * gradient[k]!;
    model[biases + k]! -= step;
    for (let h = 0; h < hiddenUnits; h++) {
      const at = outputs + k * hiddenUnits + h;
      model[from + h]! -= step * model[at]!;
      model[at]! -= step * input[h]!;
    }
  }
}

function softmax(model: Float64Array, before: number, words: number): Float64Array {
  const [from, outputs, biases] = [before * hiddenUnits, words * hiddenUnits, 2 * words * hiddenUnits];
  const logits = new Float64Array(words);
  let largest = -Infinity;
  for (let k = 0; k < words; k++) {
    let logit = model[biases + k]!;
    for (let h = 0; h < hiddenUnits; h++) logit += model[from + h]! * model[outputs + k * hiddenUnits + h]!;
    logits[k] = logit;
    largest = Math.max(largest, logit);
  }
  let sum = 0;
  for (let k = 0; k < words; k++) sum += logits[k] = Math.exp(logits[k]! - largest);
  return logits.map(value => value / sum);
}
