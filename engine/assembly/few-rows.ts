import { madd, put, take, total } from './lanes';

// Products with few rows of A, as dense layers have in small batches. Copying B into panels would cost as
// much as the product, so B is read once where it lies.

/** Number of rows up to which B is not copied. */
export const FEW: i32 = 16;
/** Floats of C in one pass: 20 kB, which stay in the first-level cache. */
const TILE: i32 = 5_120;

/**
 * C = A B (+ C if `accumulate`) (+ bias) for B `[k, n]`: adds four rows of B at a time, side by side, to all
 * rows of C.
 * @param rowA, stepA bytes from one row of A to the next, and from one column to the next.
 */
export function fewRows(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
): void {
  const rowB = <usize>ldb << 2;
  const rowC = <usize>ldc << 2;
  const columns = max(8, (TILE / m) & ~7);
  for (let n0 = 0; n0 < n; n0 += columns, b += <usize>columns << 2, c += <usize>columns << 2) {
    const width = min(columns, n - n0);
    begin(m, width, c, rowC, accumulate, bias != 0 ? bias + (<usize>n0 << 2) : 0);
    let from = b;
    let column = a;
    let p = 0;
    for (; p + 4 <= k; p += 4, from += rowB << 2, column += stepA << 2) {
      for (let j = 0; j < width; j += 8) {
        const at = from + (<usize>j << 2);
        if (width - j >= 8) addFour(m, column, rowA, stepA, at, rowB, c + (<usize>j << 2), rowC);
        else addNarrow(m, 4, width - j, column, rowA, stepA, at, rowB, c + (<usize>j << 2), rowC);
      }
    }
    if (p == k) continue;
    for (let j = 0; j < width; j += 8)
      addNarrow(
        m,
        k - p,
        min(8, width - j),
        column,
        rowA,
        stepA,
        from + (<usize>j << 2),
        rowB,
        c + (<usize>j << 2),
        rowC,
      );
  }
}

/** Initialises C before products are added: keeps it, or sets it to the bias, to their sum or to 0. */
export function begin(m: i32, n: i32, c: usize, rowC: usize, accumulate: bool, bias: usize): void {
  if (accumulate && bias == 0) return;
  for (let i = 0; i < m; i++, c += rowC) {
    for (let j = 0; j < n; j += 4) {
      const at = <usize>j << 2;
      let values = bias != 0 ? take(bias + at, n - j) : f32x4.splat(0);
      if (accumulate) values = f32x4.add(values, take(c + at, n - j));
      put(c + at, values, n - j);
    }
  }
}

/** Adds the product of four columns of A and four rows of B to eight columns of C. B stays in registers. */
// @ts-expect-error: decorator
@inline
function addFour(
  m: i32,
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  rowB: usize,
  c: usize,
  rowC: usize,
): void {
  const b00 = v128.load(b);
  const b01 = v128.load(b, 16);
  const b10 = v128.load(b + rowB);
  const b11 = v128.load(b + rowB, 16);
  const b20 = v128.load(b + 2 * rowB);
  const b21 = v128.load(b + 2 * rowB, 16);
  const b30 = v128.load(b + 3 * rowB);
  const b31 = v128.load(b + 3 * rowB, 16);
  for (let i = 0; i < m; i++, a += rowA, c += rowC) {
    let x = v128.load_splat<f32>(a);
    let c0 = madd(v128.load(c), x, b00);
    let c1 = madd(v128.load(c, 16), x, b01);
    x = v128.load_splat<f32>(a + stepA);
    c0 = madd(c0, x, b10);
    c1 = madd(c1, x, b11);
    x = v128.load_splat<f32>(a + 2 * stepA);
    c0 = madd(c0, x, b20);
    c1 = madd(c1, x, b21);
    x = v128.load_splat<f32>(a + 3 * stepA);
    v128.store(c, madd(c0, x, b30));
    v128.store(c, madd(c1, x, b31), 16);
  }
}

/** Adds the product of `k` columns of A and `k` rows of B to `n` columns of C, 8 at most. */
function addNarrow(
  m: i32,
  k: i32,
  n: i32,
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  rowB: usize,
  c: usize,
  rowC: usize,
): void {
  for (let p = 0; p < k; p++, a += stepA, b += rowB) {
    const b0 = take(b, n);
    const b1 = take(b + 16, n - 4);
    let x = a;
    let to = c;
    for (let i = 0; i < m; i++, x += rowA, to += rowC) {
      const value = v128.load_splat<f32>(x);
      put(to, madd(take(to, n), value, b0), n);
      put(to + 16, madd(take(to + 16, n - 4), value, b1), n - 4);
    }
  }
}

/**
 * `fewRows` for B `[n, k]`, transposed, and rows of A of `lda` floats: dot products of two rows of B and four
 * of A at a time.
 */
export function fewRowsTransposed(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
): void {
  const rowA = <usize>lda << 2;
  const rowB = <usize>ldb << 2;
  const rowC = <usize>ldc << 2;
  begin(m, n, c, rowC, accumulate, bias);
  for (let j = 0; j < n; j += 2, b += rowB << 1, c += 8) {
    const pair = n - j >= 2;
    const b1 = pair ? b + rowB : b;
    for (let i = 0; i < m; i += 4) {
      const rows = m - i;
      const a0 = a + <usize>i * rowA;
      const a1 = rows > 1 ? a0 + rowA : a0;
      const a2 = rows > 2 ? a1 + rowA : a0;
      const a3 = rows > 3 ? a2 + rowA : a0;
      let s00 = f32x4.splat(0);
      let s01 = s00;
      let s10 = s00;
      let s11 = s00;
      let s20 = s00;
      let s21 = s00;
      let s30 = s00;
      let s31 = s00;
      let at: usize = 0;
      let left = k;
      for (; left >= 4; left -= 4, at += 16) {
        const y0 = v128.load(b + at);
        const y1 = v128.load(b1 + at);
        let x = v128.load(a0 + at);
        s00 = madd(s00, x, y0);
        s01 = madd(s01, x, y1);
        x = v128.load(a1 + at);
        s10 = madd(s10, x, y0);
        s11 = madd(s11, x, y1);
        x = v128.load(a2 + at);
        s20 = madd(s20, x, y0);
        s21 = madd(s21, x, y1);
        x = v128.load(a3 + at);
        s30 = madd(s30, x, y0);
        s31 = madd(s31, x, y1);
      }
      if (left > 0) {
        const y0 = take(b + at, left);
        const y1 = take(b1 + at, left);
        let x = take(a0 + at, left);
        s00 = madd(s00, x, y0);
        s01 = madd(s01, x, y1);
        x = take(a1 + at, left);
        s10 = madd(s10, x, y0);
        s11 = madd(s11, x, y1);
        x = take(a2 + at, left);
        s20 = madd(s20, x, y0);
        s21 = madd(s21, x, y1);
        x = take(a3 + at, left);
        s30 = madd(s30, x, y0);
        s31 = madd(s31, x, y1);
      }
      const to = c + <usize>i * rowC;
      addPair(to, s00, s01, pair);
      if (rows > 1) addPair(to + rowC, s10, s11, pair);
      if (rows > 2) addPair(to + 2 * rowC, s20, s21, pair);
      if (rows > 3) addPair(to + 3 * rowC, s30, s31, pair);
    }
  }
}

// @ts-expect-error: decorator
@inline
function addPair(to: usize, first: v128, second: v128, pair: bool): void {
  store<f32>(to, load<f32>(to) + total(first));
  if (pair) store<f32>(to, load<f32>(to, 4) + total(second), 4);
}
