import { put, take } from './lanes';
import { dot } from './rows';

// Kernels for sampled softmax: columns of a matrix that were drawn, and rows that belong to one label each.

/** Row `c` of `to` `[count, rows]` ← column `indices[c]` of `from` `[rows, columns]`. */
export function gatherColumns(
  count: i32,
  rows: i32,
  columns: i32,
  from: usize,
  indices: usize,
  to: usize,
): void {
  for (let r = 0; r < rows; r++, from += (<usize>columns) << 2, to += 4) {
    let at = to;
    for (let c = 0; c < count; c++, at += (<usize>rows) << 2)
      store<f32>(at, load<f32>(from + ((<usize>load<i32>(indices + ((<usize>c) << 2))) << 2)));
  }
}

/** Column `indices[c]` of `to` `[rows, columns]` += row `c` of `from` `[count, rows]`. */
export function addColumns(count: i32, rows: i32, columns: i32, from: usize, indices: usize, to: usize): void {
  for (let r = 0; r < rows; r++, from += 4, to += (<usize>columns) << 2) {
    let at = from;
    for (let c = 0; c < count; c++, at += (<usize>rows) << 2) {
      const place = to + ((<usize>load<i32>(indices + ((<usize>c) << 2))) << 2);
      store<f32>(place, load<f32>(place) + load<f32>(at));
    }
  }
}

/** Dot products of row `i` of `a` and row `i` of `b`, `width` floats each, written `step` floats apart. */
export function rowDots(rows: i32, width: i32, a: usize, b: usize, to: usize, step: i32): void {
  const row = (<usize>width) << 2;
  for (let i = 0; i < rows; i++, a += row, b += row, to += (<usize>step) << 2) store<f32>(to, dot(width, a, b));
}

/** Row `i` of `to` = scale `i` · row `i` of `x` (+ `to`, if `accumulate`); scales lie `step` floats apart. */
export function scaleRows(
  rows: i32,
  width: i32,
  scales: usize,
  step: i32,
  x: usize,
  to: usize,
  accumulate: bool,
): void {
  const row = (<usize>width) << 2;
  for (let i = 0; i < rows; i++, scales += (<usize>step) << 2, x += row, to += row) {
    const scale = v128.load_splat<f32>(scales);
    for (let left = width, at: usize = 0; left > 0; left -= 4, at += 16) {
      let values = f32x4.mul(scale, take(x + at, left));
      if (accumulate) values = f32x4.add(values, take(to + at, left));
      put(to + at, values, left);
    }
  }
}
