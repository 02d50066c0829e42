import * as tf from '@murmuration/engine/tfjs/tf';

/** Numbers between −scale and scale that follow from the seed alone. */
export function numbers(length: number, seed: number, scale = 1): Float32Array {
  const uniform = uniformOf(seed);
  return Float32Array.from({ length }, () => (2 * uniform() - 1) * scale);
}

/** Numbers from 0 to 1 that follow from a seed: a linear congruential generator. */
export function uniformOf(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Integers in 0 … below − 1 that follow from the seed alone. */
export function integers(length: number, seed: number, below: number): Int32Array {
  return Int32Array.from(numbers(length, seed), value =>
    Math.min(below - 1, Math.floor(((value + 1) / 2) * below)),
  );
}

/** The largest difference, relative to the largest expected value (or to `floor`, if that is larger); NaN if any is. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 1e-12): number {
  if (actual.length !== expected.length) return Number.NaN;
  let difference = 0;
  let largest = floor;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

/** Runs `compute` on a backend and hands back the values of its tensors, all tensors disposed. */
export async function on<Tensors extends tf.Tensor[]>(
  backend: string,
  compute: () => [...Tensors],
): Promise<{ [Place in keyof Tensors]: Float32Array }> {
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} does not start.`);
  const tensors = tf.tidy(compute);
  const values = tensors.map(tensor => tensor.dataSync().slice() as Float32Array);
  tf.dispose(tensors);
  return values as { [Place in keyof Tensors]: Float32Array };
}
