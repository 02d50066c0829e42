import { put, take } from './lanes';

/**
 * y = x / (1 − rate), or 0 · x with probability `rate`. The mask depends only on the seed and the index of
 * the value, so the same call on gradients gives the gradient; the mixing is Wellons' lowbias32.
 */
export function dropout(count: i32, seed: i32, rate: f32, x: usize, y: usize): void {
  const scale = f32x4.splat(<f32>1 / (<f32>1 - rate));
  const limit = i32x4.splat(<i32>(<u32>(<f64>rate * 4294967296.0)));
  let number = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(0));
  for (let left = count; left > 0; left -= 4, x += 16, y += 16) {
    let bits = v128.xor(i32x4.mul(number, i32x4.splat(<i32>0x9e3779b9)), i32x4.splat(seed));
    bits = i32x4.mul(v128.xor(bits, i32x4.shr_u(bits, 16)), i32x4.splat(0x7feb352d));
    bits = i32x4.mul(v128.xor(bits, i32x4.shr_u(bits, 15)), i32x4.splat(<i32>0x846ca68b));
    bits = v128.xor(bits, i32x4.shr_u(bits, 16));
    put(y, f32x4.mul(take(x, left), v128.andnot(scale, i32x4.lt_u(bits, limit))), left);
    number = i32x4.add(number, i32x4.splat(4));
  }
}
