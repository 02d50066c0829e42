import { begin, FEW, fewRows, fewRowsTransposed } from './few-rows';
import { madd, put, take } from './lanes';
import { DEPTH, packA, packB } from './panels';

// Matrix products after Goto and van de Geijn 2008: blocks of B and A are copied into the order in which the
// innermost kernel reads them (`panels.ts`). The order of a sum does not depend on the number of rows, so
// with B packed a row has the same bytes in every batch.

/** Rows of a block of A, which takes 64 kB of the second-level cache. */
const ROWS = 64;
/** Number of rows up to which a tile of 4 would mostly be padding. */
const SINGLE = 2;
/** Floats of a block of B: 256 kB. */
const BLOCK_B = 65_536;
/** Bytes from which a packed B is not expected to be in the second-level cache. */
const FAR: usize = 524_288;

/** Floats of an edge tile, a bias behind it and one sink that is never read, rounded up to a cache line. */
const EDGE = 64;

/** Bytes of scratch memory that the products need; fewer if every B is already packed. */
export function scratchBytes(packed: bool): i32 {
  return (ROWS * DEPTH + EDGE + (packed ? 0 : BLOCK_B)) * 4;
}

/**
 * C = op(A) op(B) (+ C if `accumulate`) (+ bias), with B packed by `pack`. C lies in rows of `ldc` floats.
 */
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
  if (m <= SINGLE && !transposedA) {
    for (let i = 0; i < m; i++, a += <usize>lda << 2, c += <usize>ldc << 2) row(n, k, a, packed, c, accumulate, bias);
    return;
  }
  const panel = <usize>k << 5;
  for (let k0 = 0; k0 < k; k0 += DEPTH, packed += <usize>DEPTH << 5) {
    const depth = min(DEPTH, k - k0);
    const from = a + (<usize>(transposedA ? k0 * lda : k0) << 2);
    const add = accumulate || k0 > 0;
    block(m, n, depth, from, lda, transposedA, packed, panel, c, ldc, add, k0 == 0 ? bias : 0, scratch);
  }
}

/** C = op(A) op(B) (+ C if `accumulate`) (+ bias). Matrices lie in rows of `lda`, `ldb`, `ldc` floats. */
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
  const packed = scratch + ((ROWS * DEPTH + EDGE) << 2);
  const columns = (BLOCK_B / min(k, DEPTH)) & ~7;
  for (let n0 = 0; n0 < n; n0 += columns) {
    const width = min(columns, n - n0);
    for (let k0 = 0; k0 < k; k0 += DEPTH) {
      const depth = min(DEPTH, k - k0);
      const fromB = transposedB ? n0 * ldb + k0 : k0 * ldb + n0;
      const panel = <usize>depth << 5;
      packB(depth, width, b + (<usize>fromB << 2), ldb, transposedB, packed, panel);
      const fromA = a + (<usize>(transposedA ? k0 * lda : k0) << 2);
      const add = accumulate || k0 > 0;
      const start = k0 == 0 && bias != 0 ? bias + (<usize>n0 << 2) : 0;
      block(m, width, depth, fromA, lda, transposedA, packed, panel, c + (<usize>n0 << 2), ldc, add, start, scratch);
    }
  }
}

/** Multiplies all rows of A by one block of B, whose panels begin `panel` bytes apart. */
function block(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposedA: bool,
  packedB: usize,
  panel: usize,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
  scratch: usize,
): void {
  const tile = scratch + ((ROWS * DEPTH) << 2);
  const sink = tile + 160;
  const isFar = m > 4 && panel * (<usize>n >> 3) > FAR;
  const row = <usize>ldc << 2;
  for (let m0 = 0; m0 < m; m0 += ROWS) {
    const rows = min(ROWS, m - m0);
    packA(rows, k, a + (<usize>(transposedA ? m0 : m0 * lda) << 2), lda, transposedA, scratch);
    let panelB = packedB;
    for (let j = 0; j < n; j += 8, panelB += panel) {
      const start = bias != 0 ? bias + (<usize>j << 2) : 0;
      if (isFar && m0 == 0) fetch(panelB, panelB + (<usize>k << 5), sink);
      let panelA = scratch;
      let to = c + (<usize>m0) * row + (<usize>j << 2);
      for (let i = 0; i < rows; i += 4, panelA += <usize>k << 4, to += row << 2) {
        if (rows - i >= 4 && n - j >= 8) kernel(k, panelA, panelB, to, row, accumulate, start);
        else {
          kernel(k, panelA, panelB, tile, 32, false, start != 0 ? whole(start, n - j, tile + 128) : 0);
          edge(min(4, rows - i), n - j, tile, to, row, accumulate);
        }
      }
    }
  }
}

/**
 * Brings a panel into the first-level cache: these reads wait together, those of a kernel one after another.
 */
function fetch(from: usize, end: usize, sink: usize): void {
  let all = 0;
  for (; from < end; from += 64) all |= load<u8>(from);
  store<u8>(sink, <u8>all);
}

/** Multiplies one row of A by two panels at a time, each read from beginning to end. */
function row(n: i32, k: i32, a: usize, packed: usize, c: usize, accumulate: bool, bias: usize): void {
  const panel = <usize>k << 5;
  for (let j = 0; j < n; j += 16, packed += panel << 1, c += 64) {
    const left = n - j;
    const second = left > 8 ? packed + panel : packed;
    for (let k0 = 0; k0 < k; k0 += DEPTH) {
      let c0 = f32x4.splat(0);
      let c1 = c0;
      let c2 = c0;
      let c3 = c0;
      if (bias != 0 && k0 == 0) {
        const from = bias + (<usize>j << 2);
        c0 = take(from, left);
        c1 = take(from + 16, left - 4);
        c2 = take(from + 32, left - 8);
        c3 = take(from + 48, left - 12);
      }
      let x = a + (<usize>k0 << 2);
      let b = <usize>k0 << 5;
      const end = <usize>min(k, k0 + DEPTH) << 5;
      for (; b < end; b += 32, x += 4) {
        const value = v128.load_splat<f32>(x);
        c0 = madd(c0, value, v128.load(packed + b));
        c1 = madd(c1, value, v128.load(packed + b, 16));
        c2 = madd(c2, value, v128.load(second + b));
        c3 = madd(c3, value, v128.load(second + b, 16));
      }
      const add = accumulate || k0 > 0;
      addPart(c, c0, left, add);
      addPart(c + 16, c1, left - 4, add);
      addPart(c + 32, c2, left - 8, add);
      addPart(c + 48, c3, left - 12, add);
    }
  }
}

// @ts-expect-error: decorator
@inline
function addPart(to: usize, values: v128, left: i32, accumulate: bool): void {
  put(to, accumulate ? f32x4.add(values, take(to, left)) : values, left);
}

/** Copies the bias of a panel to `to`, filled up with zeros. */
function whole(bias: usize, columns: i32, to: usize): usize {
  v128.store(to, take(bias, columns));
  v128.store(to, take(bias + 16, columns - 4), 16);
  return to;
}

/** Copies the used part of a tile to its place. */
function edge(rows: i32, columns: i32, tile: usize, to: usize, row: usize, accumulate: bool): void {
  for (let i = 0; i < rows; i++, tile += 32, to += row) {
    addPart(to, v128.load(tile), columns, accumulate);
    addPart(to + 16, v128.load(tile, 16), columns - 4, accumulate);
  }
}

/**
 * Multiplies a tile of 4 × 8 in eight registers. V8 of Node 20 and 22 makes slow code of this loop if it is
 * unrolled by two here.
 */
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
  for (const end = a + (<usize>k << 4); a < end; a += 16, b += 32) {
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
