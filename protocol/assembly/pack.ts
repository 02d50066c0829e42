/**
 * Writes the low `width` bits (1 to 32) of each of `count` words one after the other, in little-endian order,
 * padded with zeros to a whole byte. May overwrite the 8 bytes after the last one.
 */
export function pack(count: i32, width: i32, from: usize, to: usize): void {
  const mask: u64 = ((<u64>1) << width) - 1;
  // The lowest `bits` bits of `pending` are not written yet; the others are zero.
  let pending: u64 = 0;
  let bits = 0;
  // Two words fit into 64 bits after up to 7 pending ones, so this loop needs no branch.
  if (width <= 28)
    for (; count > 1; count -= 2, from += 8) {
      const pair = load<u64>(from);
      pending |= ((pair & mask) | (((pair >> 32) & mask) << width)) << bits;
      store<u64>(to, pending);
      bits += width << 1;
      to += <usize>(bits >> 3);
      pending >>= bits & ~7;
      bits &= 7;
    }
  for (; count > 0; count--, from += 4) {
    pending |= (<u64>load<u32>(from) & mask) << bits;
    bits += width;
    if (bits < 32) continue;
    store<u32>(to, <u32>pending);
    to += 4;
    pending >>= 32;
    bits -= 32;
  }
  for (; bits > 0; bits -= 8, pending >>= 8, to++) store<u8>(to, <u8>pending);
}
