import { shuffle } from '@murmuration/engine/training/seeded';

/** The indices of `count` examples. */
function indices(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** All examples, shuffled. */
export function inRandomOrder(count: number, uniform: () => number): Uint32Array {
  return shuffle(indices(count), uniform);
}

/** All examples, by ascending values; equal ones stay in the order in which they came. */
export function inOrderOf(values: ArrayLike<number>): Uint32Array {
  return indices(values.length).sort((a, b) => values[a]! - values[b]! || a - b);
}

/** Cuts into `parts` neighbouring stretches whose lengths differ by 1 at most. */
export function evenly(order: Uint32Array, parts: number): Uint32Array[] {
  const edge = (part: number) => Math.floor((part * order.length) / parts);
  return Array.from({ length: parts }, (_, part) => order.slice(edge(part), edge(part + 1)));
}

/** The examples of each user, in the order in which users first come. */
export function byUser(users: readonly string[]): Uint32Array[] {
  const parts = new Map<string, number[]>();
  for (const [i, user] of users.entries()) {
    const part = parts.get(user);
    if (part) part.push(i);
    else parts.set(user, [i]);
  }
  return Array.from(parts.values(), part => Uint32Array.from(part));
}
