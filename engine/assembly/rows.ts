import { promoteHigh, put, take, total } from './lanes';

/** Row `i` of `to` ← row `indices[i]` of `from`; `count` rows of `width` floats. */
export function gatherRows(count: i32, width: i32, from: usize, indices: usize, to: usize): void {
  const row = <usize>width << 2;
  for (let i = 0; i < count; i++, to += row)
    memory.copy(to, from + <usize>load<i32>(indices + (<usize>i << 2)) * row, row);
}

/** Row `indices[i]` of `to` += row `i` of `from`; `count` rows of `width` floats. */
export function addRows(count: i32, width: i32, from: usize, indices: usize, to: usize): void {
  const row = <usize>width << 2;
  for (let i = 0; i < count; i++, from += row)
    addRow(width, from, to + <usize>load<i32>(indices + (<usize>i << 2)) * row);
}

/**
 * Gradient of a lookup, only for the rows that were looked up. Each gets a slot when it is first met.
 * @param indices `[count]`, the rows looked up.
 * @param from `[count, width]`, their gradients.
 * @param slots one for each row of the table, −1 before and after.
 * @param rows `[count]`: out, the row of each slot.
 * @param to `[count, width]`: out, the sum of each slot.
 * @returns how many slots there are.
 */
export function sparseRows(
  count: i32,
  width: i32,
  indices: usize,
  from: usize,
  slots: usize,
  rows: usize,
  to: usize,
): i32 {
  const row = <usize>width << 2;
  let used = 0;
  for (let i = 0; i < count; i++, from += row) {
    const index = load<i32>(indices + (<usize>i << 2));
    const place = slots + (<usize>index << 2);
    const slot = load<i32>(place);
    if (slot >= 0) addRow(width, from, to + <usize>slot * row);
    else {
      store<i32>(place, used);
      store<i32>(rows + (<usize>used << 2), index);
      memory.copy(to + <usize>used * row, from, row);
      used++;
    }
  }
  for (let i = 0; i < used; i++) store<i32>(slots + (<usize>load<i32>(rows + (<usize>i << 2)) << 2), -1);
  return used;
}

// @ts-expect-error: decorator
@inline
function addRow(width: i32, from: usize, to: usize): void {
  for (let left = width; left > 0; left -= 4, from += 16, to += 16)
    put(to, f32x4.add(take(to, left), take(from, left)), left);
}

/** Sums of the columns of `[rows, columns]` (+ `to`, if `accumulate`). */
export function columnSums(rows: i32, columns: i32, x: usize, to: usize, accumulate: bool): void {
  const row = <usize>columns << 2;
  for (let j = 0; j < columns; j += 4, x += 16, to += 16) {
    const left = columns - j;
    let sum = accumulate ? take(to, left) : f32x4.splat(0);
    let from = x;
    for (let i = 0; i < rows; i++, from += row) sum = f32x4.add(sum, take(from, left));
    put(to, sum, left);
  }
}

/** y += x W for one row: `k` inputs, W `[k, n]`. Reads W once, four rows side by side. */
export function addRowProduct(k: i32, n: i32, x: usize, w: usize, y: usize): void {
  const row = <usize>n << 2;
  let i = 0;
  for (; i + 4 <= k; i += 4, x += 16, w += row << 2) {
    const x0 = v128.load_splat<f32>(x);
    const x1 = v128.load_splat<f32>(x, 4);
    const x2 = v128.load_splat<f32>(x, 8);
    const x3 = v128.load_splat<f32>(x, 12);
    let from = w;
    let to = y;
    for (let left = n; left > 0; left -= 4, from += 16, to += 16) {
      const low = f32x4.add(f32x4.mul(x0, take(from, left)), f32x4.mul(x1, take(from + row, left)));
      const high = f32x4.add(
        f32x4.mul(x2, take(from + (row << 1), left)),
        f32x4.mul(x3, take(from + row * 3, left)),
      );
      put(to, f32x4.add(take(to, left), f32x4.add(low, high)), left);
    }
  }
  for (; i < k; i++, x += 4, w += row) {
    const x0 = v128.load_splat<f32>(x);
    let from = w;
    let to = y;
    for (let left = n; left > 0; left -= 4, from += 16, to += 16)
      put(to, f32x4.add(take(to, left), f32x4.mul(x0, take(from, left))), left);
  }
}

/** y += W x for one row: `n` outputs, W `[n, k]`, as in a tied output layer. */
export function addRowDots(k: i32, n: i32, x: usize, w: usize, y: usize): void {
  for (let j = 0; j < n; j++, w += (<usize>k) << 2, y += 4)
    store<f32>(y, load<f32>(y) + dot(k, x, w));
}

/** Σ x y over `count` values, in a fixed order. */
export function dot(count: i32, x: usize, y: usize): f32 {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  let left = count;
  for (; left >= 8; left -= 8, x += 32, y += 32) {
    low = f32x4.add(low, f32x4.mul(v128.load(x), v128.load(y)));
    high = f32x4.add(high, f32x4.mul(v128.load(x, 16), v128.load(y, 16)));
  }
  for (; left > 0; left -= 4, x += 16, y += 16) low = f32x4.add(low, f32x4.mul(take(x, left), take(y, left)));
  return total(f32x4.add(low, high));
}

/** Σ x² over `count` values, in double precision and in a fixed order. */
export function squaredNorm(count: i32, x: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let left = count; left > 0; left -= 4, x += 16) {
    const values = take(x, left);
    const a = f64x2.promote_low_f32x4(values);
    const b = promoteHigh(values);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
