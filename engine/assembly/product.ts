import { begin, FEW, fewRows, fewRowsTransposed } from './few-rows';
import { madd, put, take } from './lanes';

// Matrix products after Goto and van de Geijn 2008: blocks of B and A are copied into the order in which the innermost kernel
// reads them, B in panels of 8 columns, A in panels of 4 rows; what is missing at an edge is filled with zeros.

/** Depth of a block: one panel of B (8 kB) then stays in the first-level cache. */
const DEPTH = 256;
/** Rows of a block of A, which then takes 64 kB of the second-level cache. */
const ROWS = 64;
/** Floats of a block of B: 256 kB. */
const BLOCK_B = 65_536;

/** Bytes of scratch memory that the products need. */
export function scratchBytes(): i32 {
  return (ROWS * DEPTH + BLOCK_B + 32) * 4;
}

/** Bytes that `pack` writes for a matrix of `k` rows and `n` columns. */
export function packedBytes(k: i32, n: i32): i32 {
  return k * ((n + 7) & ~7) * 4;
}

/**
 * Copies op(B) `[k, n]` into panels, to be multiplied many times by `multiplyPacked`. B lies in rows of `ldb` floats; where
 * `transposed`, B is `[n, k]`.
 */
export function pack(k: i32, n: i32, b: usize, ldb: i32, transposed: bool, to: usize): void {
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    packB(depth, n, b + (<usize>(transposed ? k0 : k0 * ldb) << 2), ldb, transposed, to);
    to += <usize>(depth * ((n + 7) & ~7)) << 2;
  }
}

/** C = op(A) op(B) (+ C where `accumulate`) (+ bias), with B as `pack` left it. C lies in rows of `ldc` floats. */
export function multiplyPacked(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposedA: bool,
  packed: usize,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
  scratch: usize,
): void {
  if (k == 0) return begin(m, n, c, <usize>ldc << 2, accumulate, bias);
  const padded = (n + 7) & ~7;
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    const from = a + (<usize>(transposedA ? k0 * lda : k0) << 2);
    const add = accumulate || k0 > 0;
    block(m, n, depth, from, lda, transposedA, packed, c, ldc, add, k0 == 0 ? bias : 0, scratch);
    packed += <usize>(depth * padded) << 2;
  }
}

/** C = op(A) op(B) (+ C where `accumulate`) (+ bias). Matrices lie in rows of `lda`, `ldb`, `ldc` floats. */
export function multiply(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposedA: bool,
  b: usize,
  ldb: i32,
  transposedB: bool,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
  scratch: usize,
): void {
  if (k == 0) return begin(m, n, c, <usize>ldc << 2, accumulate, bias);
  if (m == 0) return;
  if (m <= FEW && k >= FEW && n >= 2 * FEW) {
    const row = <usize>(transposedA ? 1 : lda) << 2;
    const step = <usize>(transposedA ? lda : 1) << 2;
    if (!transposedB) return fewRows(m, n, k, a, row, step, b, ldb, c, ldc, accumulate, bias);
    if (!transposedA) return fewRowsTransposed(m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias);
  }
  const packed = scratch + ((ROWS * DEPTH + 32) << 2);
  const columns = (BLOCK_B / min(k, DEPTH)) & ~7;
  for (let n0 = 0; n0 < n; n0 += columns) {
    const width = min(columns, n - n0);
    for (let k0 = 0; k0 < k; k0 += DEPTH) {
      const depth = min(DEPTH, k - k0);
      const fromB = transposedB ? n0 * ldb + k0 : k0 * ldb + n0;
      packB(depth, width, b + (<usize>fromB << 2), ldb, transposedB, packed);
      const fromA = a + (<usize>(transposedA ? k0 * lda : k0) << 2);
      const add = accumulate || k0 > 0;
      const start = k0 == 0 && bias != 0 ? bias + (<usize>n0 << 2) : 0;
      block(m, width, depth, fromA, lda, transposedA, packed, c + (<usize>n0 << 2), ldc, add, start, scratch);
    }
  }
}

/** One block of B, all rows of A. */
function block(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposedA: bool,
  packedB: usize,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
  scratch: usize,
): void {
  const tile = scratch + ((ROWS * DEPTH) << 2);
  const row = <usize>ldc << 2;
  for (let m0 = 0; m0 < m; m0 += ROWS) {
    const rows = min(ROWS, m - m0);
    packA(rows, k, a + (<usize>(transposedA ? m0 : m0 * lda) << 2), lda, transposedA, scratch);
    let panelB = packedB;
    for (let j = 0; j < n; j += 8, panelB += <usize>k << 5) {
      const start = bias != 0 ? bias + (<usize>j << 2) : 0;
      let panelA = scratch;
      let to = c + (<usize>m0) * row + (<usize>j << 2);
      for (let i = 0; i < rows; i += 4, panelA += <usize>k << 4, to += row << 2) {
        if (rows - i >= 4 && n - j >= 8) kernel(k, panelA, panelB, to, row, accumulate, start);
        else {
          kernel(k, panelA, panelB, tile, 32, false, 0);
          edge(min(4, rows - i), n - j, tile, to, row, accumulate, start);
        }
      }
    }
  }
}

/** Copies what there is of a tile to its place. */
function edge(rows: i32, columns: i32, tile: usize, to: usize, row: usize, accumulate: bool, bias: usize): void {
  for (let i = 0; i < rows; i++, tile += 32, to += row) {
    for (let j = 0; j < min(columns, 8); j += 4) {
      const at = <usize>j << 2;
      const left = columns - j;
      let values = v128.load(tile + at);
      if (bias != 0) values = f32x4.add(values, take(bias + at, left));
      if (accumulate) values = f32x4.add(values, take(to + at, left));
      put(to + at, values, left);
    }
  }
}

/** A tile of 4 × 8 in eight registers. */
function kernel(k: i32, a: usize, b: usize, c: usize, row: usize, accumulate: bool, bias: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  if (bias != 0) {
    c00 = v128.load(bias);
    c01 = v128.load(bias, 16);
  }
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  let left = k;
  for (; left >= 2; left -= 2) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a, 4);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a, 8);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a, 12);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load_splat<f32>(a, 16);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a, 20);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a, 24);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a, 28);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    a += 32;
    b += 64;
  }
  if (left > 0) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a, 4);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a, 8);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a, 12);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
  }
  storeRow(c, c00, c01, accumulate);
  c += row;
  storeRow(c, c10, c11, accumulate);
  c += row;
  storeRow(c, c20, c21, accumulate);
  c += row;
  storeRow(c, c30, c31, accumulate);
}

// @ts-expect-error: decorator
@inline
function storeRow(to: usize, left: v128, right: v128, accumulate: bool): void {
  if (accumulate) {
    left = f32x4.add(left, v128.load(to));
    right = f32x4.add(right, v128.load(to, 16));
  }
  v128.store(to, left);
  v128.store(to, right, 16);
}

/** Rows of A as panels `[k][4]`. */
function packA(rows: i32, k: i32, a: usize, lda: i32, transposed: bool, to: usize): void {
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

/** B as panels `[k][8]`. */
function packB(k: i32, n: i32, b: usize, ldb: i32, transposed: bool, to: usize): void {
  const row = <usize>ldb << 2;
  for (let j = 0; j < n; j += 8, to += <usize>k << 5) {
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

/** Four rows of `k` floats, `row` bytes apart, as `k` groups of four, `step` bytes apart; rows past `rows` count as 0. */
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
