import { shuffle } from '@murmuration/engine/training/seeded';

function indices(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** Returns the indices of `count` examples, shuffled. */
export function inRandomOrder(count: number, uniform: () => number): Uint32Array {
  return shuffle(indices(count), uniform);
}

/** Returns all indices by ascending value; equal values keep their order. */
export function inOrderOf(values: ArrayLike<number>): Uint32Array {
  return indices(values.length).sort((a, b) => values[a]! - values[b]! || a - b);
}

/** Cuts into `parts` contiguous pieces whose lengths differ by 1 at most. */
export function evenly(order: Uint32Array, parts: number): Uint32Array[] {
  const edge = (part: number) => Math.floor((part * order.length) / parts);
  return Array.from({ length: parts }, (_, part) => order.slice(edge(part), edge(part + 1)));
}

/** Groups examples by user, in the order of each user's first example. */
export function byUser(users: readonly string[]): Uint32Array[] {
  const parts = new Map<string, number[]>();
  for (const [i, user] of users.entries()) {
    const part = parts.get(user);
    if (part) part.push(i);
    else parts.set(user, [i]);
  }
  return Array.from(parts.values(), part => Uint32Array.from(part));
}
