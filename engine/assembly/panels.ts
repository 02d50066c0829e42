import { take } from './lanes';

// Order in which the innermost kernels read matrices: B in panels of 8 columns, A in panels of 4 rows. Zeros
// fill what is missing at an edge.

/** Depth of a block; one panel of B (8 kB) then stays in the first-level cache. */
export const DEPTH = 256;

/** Bytes that `pack` writes for a matrix of `k` rows and `n` columns. */
export function packedBytes(k: i32, n: i32): i32 {
  return k * ((n + 7) & ~7) * 4;
}

/**
 * Copies op(B) `[k, n]` into panels `[k][8]`, to be multiplied many times by `multiplyPacked`. B lies in rows
 * of `ldb` floats; if `transposed`, B is `[n, k]`. The columns from any multiple of 8 on form a packed matrix
 * of their own, which begins `4 * k * first` bytes further.
 */
export function pack(k: i32, n: i32, b: usize, ldb: i32, transposed: bool, to: usize): void {
  const panel = <usize>k << 5;
  for (let k0 = 0; k0 < k; k0 += DEPTH, to += <usize>DEPTH << 5)
    packB(min(DEPTH, k - k0), n, b + (<usize>(transposed ? k0 : k0 * ldb) << 2), ldb, transposed, to, panel);
}

/** Copies rows of A into panels `[k][4]`. */
export function packA(rows: i32, k: i32, a: usize, lda: i32, transposed: bool, to: usize): void {
  const row = <usize>lda << 2;
  for (let i = 0; i < rows; i += 4) {
    const left = rows - i;
    if (transposed) {
      let from = a + (<usize>i << 2);
      for (let p = 0; p < k; p++, from += row, to += 16) v128.store(to, take(from, left));
    } else {
      transpose4(left, k, a + <usize>i * row, row, to, 16);
      to += <usize>k << 4;
    }
  }
}

/** Copies B into panels `[k][8]`, which begin `panel` bytes apart. */
export function packB(k: i32, n: i32, b: usize, ldb: i32, transposed: bool, to: usize, panel: usize): void {
  const row = <usize>ldb << 2;
  for (let j = 0; j < n; j += 8, to += panel) {
    const left = n - j;
    if (transposed) {
      const from = b + <usize>j * row;
      transpose4(left, k, from, row, to, 32);
      transpose4(left - 4, k, from + (row << 2), row, to + 16, 32);
    } else {
      let from = b + (<usize>j << 2);
      let at = to;
      if (left >= 8) {
        for (let p = 0; p < k; p++, from += row, at += 32) {
          v128.store(at, v128.load(from));
          v128.store(at, v128.load(from, 16), 16);
        }
      } else {
        for (let p = 0; p < k; p++, from += row, at += 32) {
          v128.store(at, take(from, left));
          v128.store(at, take(from + 16, left - 4), 16);
        }
      }
    }
  }
}

/**
 * Copies four rows of `k` floats, `row` bytes apart, into `k` groups of four, `step` bytes apart; rows past
 * `rows` are 0.
 */
function transpose4(rows: i32, k: i32, from: usize, row: usize, to: usize, step: usize): void {
  const r0 = from;
  const r1 = rows > 1 ? r0 + row : r0;
  const r2 = rows > 2 ? r1 + row : r0;
  const r3 = rows > 3 ? r2 + row : r0;
  const mask = i32x4(rows > 0 ? -1 : 0, rows > 1 ? -1 : 0, rows > 2 ? -1 : 0, rows > 3 ? -1 : 0);
  if (rows <= 0) {
    for (let p = 0; p < k; p++, to += step) v128.store(to, f32x4.splat(0));
    return;
  }
  let p = 0;
  let at: usize = 0;
  for (; p + 4 <= k; p += 4, at += 16) {
    const x0 = v128.load(r0 + at);
    const x1 = v128.load(r1 + at);
    const x2 = v128.load(r2 + at);
    const x3 = v128.load(r3 + at);
    const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
    v128.store(to, v128.and(mask, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5)));
    to += step;
    v128.store(to, v128.and(mask, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7)));
    to += step;
    v128.store(to, v128.and(mask, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5)));
    to += step;
    v128.store(to, v128.and(mask, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7)));
    to += step;
  }
  for (; p < k; p++, at += 4, to += step) {
    const group = f32x4(load<f32>(r0 + at), load<f32>(r1 + at), load<f32>(r2 + at), load<f32>(r3 + at));
    v128.store(to, v128.and(mask, group));
  }
}
