/** Adds `sign` (1 or −1) times the words at `from` to those from `target` to `end`, 16 at a time. */
export function addWords(target: usize, end: usize, from: usize, sign: i32): void {
  const minus = i32x4.splat(sign >> 31);
  for (; target < end; target += 64, from += 64) {
    addFour(target, v128.load(from), minus);
    addFour(target + 16, v128.load(from, 16), minus);
    addFour(target + 32, v128.load(from, 32), minus);
    addFour(target + 48, v128.load(from, 48), minus);
  }
}

/** Adds four words, or subtracts them where `minus` has all bits set. */
// @ts-expect-error: decorator
@inline
export function addFour(target: usize, words: v128, minus: v128): void {
  const signed = i32x4.sub(v128.xor(words, minus), minus);
  v128.store(target, i32x4.add(v128.load(target), signed));
}
