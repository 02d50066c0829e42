import { exp } from './activations';
import { put, take, total } from './lanes';

/**
 * Softmax cross-entropy of `rows` rows of logits. Replaces the logits by their gradient: share · (softmax −
 * one-hot of the label).
 * @param logits `[rows, classes]`.
 * @param labels `[rows]`, each in 0 … classes − 1.
 * @param shares `[rows]`: weight of each row.
 * @param sums `[rows]`: out, Σ exp(logit − max).
 * @param gaps `[rows]`: out, max − the label's logit. A row's loss is share · (ln sum + gap).
 */
export function softmaxCrossEntropy(
  rows: i32,
  classes: i32,
  logits: usize,
  labels: usize,
  shares: usize,
  sums: usize,
  gaps: usize,
): void {
  for (let i: usize = 0; i < (<usize>rows) << 2; i += 4, logits += (<usize>classes) << 2) {
    const label = logits + ((<usize>load<i32>(labels + i)) << 2);
    const share = load<f32>(shares + i);
    const highest = highestOf(classes, logits);
    store<f32>(gaps + i, highest - load<f32>(label));
    const sum = exponentials(classes, logits, highest);
    store<f32>(sums + i, sum);
    scale(classes, logits, share / sum);
    store<f32>(label, load<f32>(label) - share);
  }
}

/**
 * Softmax of `classes` logits, at least 1, in their place. Returns Σ exp(logit − max); if that is NaN,
 * the values are of no use.
 */
export function softmax(classes: i32, logits: usize): f32 {
  const sum = exponentials(classes, logits, highestOf(classes, logits));
  scale(classes, logits, <f32>1 / sum);
  return sum;
}

/** Replaces logits by exp(logit − highest) and returns their sum. */
function exponentials(classes: i32, logits: usize, highest: f32): f32 {
  const max = f32x4.splat(highest);
  let sum = f32x4.splat(0);
  let left = classes;
  for (; left >= 4; left -= 4, logits += 16) {
    const e = exp(f32x4.sub(v128.load(logits), max));
    v128.store(logits, e);
    sum = f32x4.add(sum, e);
  }
  let all = total(sum);
  if (left > 0) {
    const e = exp(f32x4.sub(take(logits, left), max));
    put(logits, e, left);
    for (let j = 0; j < left; j++) all += load<f32>(logits + ((<usize>j) << 2));
  }
  return all;
}

function scale(count: i32, x: usize, by: f32): void {
  const factor = f32x4.splat(by);
  for (let left = count; left > 0; left -= 4, x += 16) put(x, f32x4.mul(take(x, left), factor), left);
}

/** Highest of `count` values, at least 1. A NaN may be missed here; the exponentials bring it back. */
function highestOf(count: i32, x: usize): f32 {
  let highest = f32x4.splat(load<f32>(x));
  let left = count;
  for (; left >= 4; left -= 4, x += 16) highest = f32x4.pmax(highest, v128.load(x));
  let value = max(
    max(f32x4.extract_lane(highest, 0), f32x4.extract_lane(highest, 1)),
    max(f32x4.extract_lane(highest, 2), f32x4.extract_lane(highest, 3)),
  );
  for (; left > 0; left--, x += 4) value = max(value, load<f32>(x));
  return value;
}

/**
 * Finds the `count` highest of `length` values, highest first; of equal values the first wins. One pass keeps
 * the best so far in order. NaN is never among them.
 * @param values `[count]`: out.
 * @param indices `[count]`: out.
 * @returns how many there are.
 */
export function topK(length: i32, x: usize, count: i32, values: usize, indices: usize): i32 {
  let found = 0;
  let least = f32x4.splat(-Infinity);
  let i = 0;
  while (i < length) {
    // Most vectors hold nothing above the least of the best; one comparison skips four values.
    if (found == count && i + 4 <= length) {
      if (!v128.any_true(f32x4.gt(v128.load(x + ((<usize>i) << 2)), least))) {
        i += 4;
        continue;
      }
    }
    const end = min(i + 4, length);
    for (; i < end; i++) {
      const value = load<f32>(x + ((<usize>i) << 2));
      if (value != value) continue;
      if (found == count && !(value > load<f32>(values + ((<usize>(count - 1)) << 2)))) continue;
      let place = found < count ? found++ : count - 1;
      for (; place > 0; place--) {
        const above = (<usize>(place - 1)) << 2;
        if (!(value > load<f32>(values + above))) break;
        store<f32>(values + above, load<f32>(values + above), 4);
        store<i32>(indices + above, load<i32>(indices + above), 4);
      }
      store<f32>(values + ((<usize>place) << 2), value);
      store<i32>(indices + ((<usize>place) << 2), i);
    }
    if (found == count) least = f32x4.splat(load<f32>(values + ((<usize>(count - 1)) << 2)));
  }
  return found;
}
