import { activated, derivative } from './activations';
import { put, take } from './lanes';
import { multiplyPacked } from './product';

// Long short-term memory as tfjs' and Keras' layers compute it:
//   i, f, o = σ(x W + h R), g = φ(x W + h R), c' = f·c + i·g, h' = o·φ(c')
// with the gates in the order i, f, g, o. If `coupled`, i = 1 − f (Greff et al. 2017, §3).

/**
 * Runs all steps forward.
 * @param gates `[steps, batch, 4 or 3 units]`: in, x W + bias; out, the gates' values. If `coupled`, the
 * gates are f, g, o.
 * @param states, cells `[steps + 1, batch, units]`: in, the first; out, the value after each step.
 * @param activatedCells `[steps, batch, units]`: out, φ(c').
 * @param mask `[steps, batch]`, 1 or 0; address 0 if there is none.
 * @param recurrent `[units, 4 or 3 units]`, packed.
 */
export function lstmForward(
  steps: i32,
  batch: i32,
  units: i32,
  coupled: bool,
  activation: i32,
  gateActivation: i32,
  gates: usize,
  states: usize,
  cells: usize,
  activatedCells: usize,
  mask: usize,
  recurrent: usize,
  scratch: usize,
): void {
  const width = coupled ? 3 : 4;
  const row = (<usize>units) << 2;
  const rows = <usize>batch * row;
  const one = f32x4.splat(1.0);
  for (let t = 0; t < steps; t++) {
    multiplyPacked(
      batch,
      width * units,
      units,
      states,
      units,
      false,
      recurrent,
      gates,
      width * units,
      true,
      0,
      scratch,
    );
    for (let k = 0; k < batch; k++) {
      const start = <usize>k * row;
      const is = gates + start * width;
      const fs = coupled ? is : is + row;
      const gs = fs + row;
      const os = gs + row;
      const on = f32x4.splat(mask != 0 ? load<f32>(mask + ((<usize>k) << 2)) : 1);
      for (let j = 0, at: usize = 0; j < units; j += 4, at += 16) {
        const left = units - j;
        const f = activated(gateActivation, take(fs + at, left));
        const g = activated(activation, take(gs + at, left));
        const o = activated(gateActivation, take(os + at, left));
        const i = coupled ? f32x4.sub(one, f) : activated(gateActivation, take(is + at, left));
        put(fs + at, f, left);
        put(gs + at, g, left);
        put(os + at, o, left);
        if (!coupled) put(is + at, i, left);
        const cell = take(cells + start + at, left);
        let c = f32x4.add(f32x4.mul(f, cell), f32x4.mul(i, g));
        const b = activated(activation, c);
        let h = f32x4.mul(o, b);
        if (mask != 0) {
          const off = f32x4.sub(one, on);
          c = f32x4.add(f32x4.mul(c, on), f32x4.mul(cell, off));
          h = f32x4.add(f32x4.mul(h, on), f32x4.mul(take(states + start + at, left), off));
        }
        put(activatedCells + start + at, b, left);
        put(cells + rows + start + at, c, left);
        put(states + rows + start + at, h, left);
      }
    }
    gates += rows * width;
    activatedCells += rows;
    cells += rows;
    states += rows;
    if (mask != 0) mask += (<usize>batch) << 2;
  }
}

/**
 * Runs all steps backward.
 * @param gates, cells, activatedCells, mask as `lstmForward` left them.
 * @param outputGradients, cellGradients `[steps + 1, batch, units]`: in, the gradients of states and cells;
 * out, also the gradients from later steps.
 * @param gateGradients `[steps, batch, 4 or 3 units]`: out, the gradients of x W + bias.
 * @param recurrent `[4 or 3 units, units]`: the transposed weights, packed.
 */
export function lstmBackward(
  steps: i32,
  batch: i32,
  units: i32,
  coupled: bool,
  activation: i32,
  gateActivation: i32,
  gates: usize,
  cells: usize,
  activatedCells: usize,
  outputGradients: usize,
  cellGradients: usize,
  gateGradients: usize,
  mask: usize,
  recurrent: usize,
  scratch: usize,
): void {
  const width = coupled ? 3 : 4;
  const row = (<usize>units) << 2;
  const rows = <usize>batch * row;
  const one = f32x4.splat(1.0);
  for (let t = steps - 1; t >= 0; t--) {
    const gradientBefore = outputGradients + <usize>t * rows;
    const gateGradient = gateGradients + <usize>t * rows * width;
    for (let k = 0; k < batch; k++) {
      const start = <usize>t * rows + <usize>k * row;
      const is = gates + start * width;
      const fs = coupled ? is : is + row;
      const gs = fs + row;
      const os = gs + row;
      const shift = gateGradients - gates;
      const on = f32x4.splat(mask != 0 ? load<f32>(mask + ((<usize>(t * batch + k)) << 2)) : 1);
      for (let j = 0, at: usize = 0; j < units; j += 4, at += 16) {
        const left = units - j;
        const f = take(fs + at, left);
        const g = take(gs + at, left);
        const o = take(os + at, left);
        const i = coupled ? f32x4.sub(one, f) : take(is + at, left);
        const cell = take(cells + start + at, left);
        const b = take(activatedCells + start + at, left);
        let dh = take(outputGradients + rows + start + at, left);
        let dc = take(cellGradients + rows + start + at, left);
        let dcell = take(cellGradients + start + at, left);
        if (mask != 0) {
          const off = f32x4.sub(one, on);
          put(outputGradients + start + at, f32x4.add(take(outputGradients + start + at, left), f32x4.mul(dh, off)), left);
          dcell = f32x4.add(dcell, f32x4.mul(dc, off));
          dh = f32x4.mul(dh, on);
          dc = f32x4.mul(dc, on);
        }
        dc = f32x4.add(dc, f32x4.mul(f32x4.mul(dh, o), derivative(activation, b)));
        put(os + shift + at, f32x4.mul(f32x4.mul(dh, b), derivative(gateActivation, o)), left);
        put(gs + shift + at, f32x4.mul(f32x4.mul(dc, i), derivative(activation, g)), left);
        const df = f32x4.mul(dc, coupled ? f32x4.sub(cell, g) : cell);
        put(fs + shift + at, f32x4.mul(df, derivative(gateActivation, f)), left);
        if (!coupled) put(is + shift + at, f32x4.mul(f32x4.mul(dc, g), derivative(gateActivation, i)), left);
        put(cellGradients + start + at, f32x4.add(dcell, f32x4.mul(dc, f)), left);
      }
    }
    multiplyPacked(
      batch,
      units,
      width * units,
      gateGradient,
      width * units,
      false,
      recurrent,
      gradientBefore,
      units,
      true,
      0,
      scratch,
    );
  }
}
