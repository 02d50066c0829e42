import { activated, derivative } from './activations';
import { put, take } from './lanes';
import { multiplyPacked } from './product';

// Gated recurrent units as tfjs' and Keras' layers without resetAfter have them, all rows of a step at once:
//   z = σ(x Wz + h Rz), r = σ(x Wr + h Rr), c = φ(x Wc + (r·h) Rc), h' = z·h + (1 − z)·c
// A masked step keeps its row's state.

/**
 * Runs all steps forward.
 * @param gates `[steps, batch, 3 units]`: in, x W + bias; out, the values of z, r and c.
 * @param states `[steps + 1, batch, units]`: in, the first; out, the state after each step.
 * @param resets `[steps, batch, units]`: out, r·h.
 * @param mask `[steps, batch]`, 1 or 0; address 0 if there is none.
 * @param gatesR `[units, 2 units]` and candidateR `[units, units]`, packed.
 */
export function gruForward(
  steps: i32,
  batch: i32,
  units: i32,
  activation: i32,
  gateActivation: i32,
  gates: usize,
  states: usize,
  resets: usize,
  mask: usize,
  gatesR: usize,
  candidateR: usize,
  scratch: usize,
): void {
  const row = (<usize>units) << 2;
  const one = f32x4.splat(1.0);
  for (let t = 0; t < steps; t++) {
    multiplyPacked(batch, 2 * units, units, states, units, false, gatesR, gates, 3 * units, true, 0, scratch);
    for (let i = 0; i < batch; i++) {
      const z = gates + <usize>i * row * 3;
      const h = states + <usize>i * row;
      const rh = resets + <usize>i * row;
      for (let j = 0, at: usize = 0; j < units; j += 4, at += 16) {
        const left = units - j;
        const r = activated(gateActivation, take(z + row + at, left));
        put(z + row + at, r, left);
        put(rh + at, f32x4.mul(r, take(h + at, left)), left);
        put(z + at, activated(gateActivation, take(z + at, left)), left);
      }
    }
    const candidates = gates + (row << 1);
    multiplyPacked(
      batch,
      units,
      units,
      resets,
      units,
      false,
      candidateR,
      candidates,
      3 * units,
      true,
      0,
      scratch,
    );
    const next = states + <usize>batch * row;
    for (let i = 0; i < batch; i++) {
      const zs = gates + <usize>i * row * 3;
      const cs = zs + (row << 1);
      const h = states + <usize>i * row;
      const to = next + <usize>i * row;
      const on = f32x4.splat(mask != 0 ? load<f32>(mask + ((<usize>i) << 2)) : 1);
      for (let j = 0, at: usize = 0; j < units; j += 4, at += 16) {
        const left = units - j;
        const z = take(zs + at, left);
        const before = take(h + at, left);
        const c = activated(activation, take(cs + at, left));
        put(cs + at, c, left);
        let after = f32x4.add(f32x4.mul(z, before), f32x4.mul(f32x4.sub(one, z), c));
        if (mask != 0) after = f32x4.add(f32x4.mul(after, on), f32x4.mul(before, f32x4.sub(one, on)));
        put(to + at, after, left);
      }
    }
    gates += <usize>batch * row * 3;
    resets += <usize>batch * row;
    states = next;
    if (mask != 0) mask += (<usize>batch) << 2;
  }
}

/**
 * Runs all steps backward.
 * @param gates, states, mask as `gruForward` left them.
 * @param outputGradients `[steps + 1, batch, units]`: in, the gradients of the states; out, also the
 * gradients from later steps.
 * @param gateGradients `[steps, batch, 3 units]`: out, the gradients of x W + bias.
 * @param gatesR `[2 units, units]` and candidateR `[units, units]`: the transposed weights, packed.
 * @param temporary `[batch, units]`.
 */
export function gruBackward(
  steps: i32,
  batch: i32,
  units: i32,
  activation: i32,
  gateActivation: i32,
  gates: usize,
  states: usize,
  outputGradients: usize,
  gateGradients: usize,
  mask: usize,
  gatesR: usize,
  candidateR: usize,
  temporary: usize,
  scratch: usize,
): void {
  const row = (<usize>units) << 2;
  const rows = <usize>batch * row;
  const one = f32x4.splat(1.0);
  for (let t = steps - 1; t >= 0; t--) {
    const gate = gates + <usize>t * rows * 3;
    const gateGradient = gateGradients + <usize>t * rows * 3;
    const before = states + <usize>t * rows;
    const gradientBefore = outputGradients + <usize>t * rows;
    const gradientAfter = gradientBefore + rows;
    for (let i = 0; i < batch; i++) {
      const zs = gate + <usize>i * row * 3;
      const dzs = gateGradient + <usize>i * row * 3;
      const hs = before + <usize>i * row;
      const dh0s = gradientBefore + <usize>i * row;
      const dh1s = gradientAfter + <usize>i * row;
      const on = f32x4.splat(mask != 0 ? load<f32>(mask + ((<usize>(t * batch + i)) << 2)) : 1);
      for (let j = 0, at: usize = 0; j < units; j += 4, at += 16) {
        const left = units - j;
        const z = take(zs + at, left);
        const c = take(zs + (row << 1) + at, left);
        let dh = take(dh1s + at, left);
        let dh0 = take(dh0s + at, left);
        if (mask != 0) {
          dh0 = f32x4.add(dh0, f32x4.mul(dh, f32x4.sub(one, on)));
          dh = f32x4.mul(dh, on);
        }
        const dz = f32x4.mul(f32x4.mul(dh, f32x4.sub(take(hs + at, left), c)), derivative(gateActivation, z));
        const dc = f32x4.mul(f32x4.mul(dh, f32x4.sub(one, z)), derivative(activation, c));
        put(dh0s + at, f32x4.add(dh0, f32x4.mul(dh, z)), left);
        put(dzs + at, dz, left);
        put(dzs + (row << 1) + at, dc, left);
      }
    }
    const candidateGradient = gateGradient + (row << 1);
    multiplyPacked(
      batch,
      units,
      units,
      candidateGradient,
      3 * units,
      false,
      candidateR,
      temporary,
      units,
      false,
      0,
      scratch,
    );
    for (let i = 0; i < batch; i++) {
      const rs = gate + <usize>i * row * 3 + row;
      const drs = gateGradient + <usize>i * row * 3 + row;
      const hs = before + <usize>i * row;
      const dh0s = gradientBefore + <usize>i * row;
      const drhs = temporary + <usize>i * row;
      for (let j = 0, at: usize = 0; j < units; j += 4, at += 16) {
        const left = units - j;
        const r = take(rs + at, left);
        const drh = take(drhs + at, left);
        put(drs + at, f32x4.mul(f32x4.mul(drh, take(hs + at, left)), derivative(gateActivation, r)), left);
        put(dh0s + at, f32x4.add(take(dh0s + at, left), f32x4.mul(drh, r)), left);
      }
    }
    multiplyPacked(
      batch,
      units,
      2 * units,
      gateGradient,
      3 * units,
      false,
      gatesR,
      gradientBefore,
      units,
      true,
      0,
      scratch,
    );
  }
}
