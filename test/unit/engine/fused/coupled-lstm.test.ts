import { activations } from '@murmuration/engine/fused/kernels';
import { createWorkspace } from '@murmuration/engine/fused/web-assembly';
import type { Workspace } from '@murmuration/engine/fused/workspace';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { integers, numbers, on, relativeError } from '../numbers.ts';

interface Case {
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
  readonly masked: boolean;
  readonly seed: number;
}

/** Inputs of one sequence: x W + bias `[steps, batch, 3 units]` with the gates f, g, o, the first states, and the weights. */
function inputsOf({ steps, batch, units, masked, seed }: Case) {
  return {
    gates: numbers(steps * batch * 3 * units, seed),
    state: numbers(batch * units, seed + 1),
    cell: numbers(batch * units, seed + 2),
    recurrent: numbers(units * 3 * units, seed + 3, 0.5),
    mask: Float32Array.from(integers(steps * batch, seed + 4, masked ? 2 : 1), value => (masked ? value : 1)),
    outputGradients: numbers(steps * batch * units, seed + 5),
  };
}

/** States of all steps, and gradients of x W + bias, first state and first cell, by tfjs' operations. */
function reference(c: Case): tf.Tensor[] {
  const { gates, state, cell, recurrent, mask, outputGradients } = inputsOf(c);
  const { steps, batch, units } = c;
  const weights = tf.tensor2d(recurrent, [units, 3 * units]);
  const states = (x: tf.Tensor, h: tf.Tensor, memory: tf.Tensor) => {
    const all: tf.Tensor[] = [];
    for (let t = 0; t < steps; t++) {
      const z = x.slice([t * batch, 0], [batch, 3 * units]).add(h.matMul(weights));
      const [f, g, o] = tf.split(z, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const forget = f.sigmoid();
      const after = forget.mul(memory).add(tf.sub(1, forget).mul(g.tanh()));
      const on = tf.tensor2d(mask.subarray(t * batch, (t + 1) * batch), [batch, 1]);
      h = o
        .sigmoid()
        .mul(after.tanh())
        .mul(on)
        .add(h.mul(tf.sub(1, on)));
      memory = after.mul(on).add(memory.mul(tf.sub(1, on)));
      all.push(h);
    }
    return tf.concat(all);
  };
  const inputs = [
    tf.tensor2d(gates, [steps * batch, 3 * units]),
    tf.tensor2d(state, [batch, units]),
    tf.tensor2d(cell, [batch, units]),
  ] as const;
  const grads = tf.grads(states)([...inputs], tf.tensor2d(outputGradients, [steps * batch, units]));
  return [states(...inputs), ...grads];
}

function ours(workspace: Workspace, c: Case): Float32Array[] {
  const { steps, batch, units } = c;
  const { kernels } = workspace;
  const { gates, state, cell, recurrent, mask, outputGradients } = inputsOf(c);
  const [rows, first] = [steps * batch * units, batch * units];
  workspace.release(64);
  const reserve = (values: number) => workspace.reserve(values);
  const at = {
    gates: reserve(3 * rows),
    gateGradients: reserve(3 * rows),
    states: reserve(rows + first),
    cells: reserve(rows + first),
    outputGradients: reserve(rows + first),
    cellGradients: reserve(rows + first),
    activatedCells: reserve(rows),
    mask: reserve(steps * batch),
    recurrent: reserve(recurrent.length),
    packed: workspace.reserveBytes(
      Math.max(kernels.packedBytes(units, 3 * units), kernels.packedBytes(3 * units, units)),
    ),
    scratch: workspace.reserveBytes(kernels.scratchBytes(0)),
  };
  workspace.commit();
  const set = (address: number, values: Float32Array) => workspace.view(address, values.length).set(values);
  set(at.gates, gates);
  set(at.states, state);
  set(at.cells, cell);
  set(at.recurrent, recurrent);
  set(at.mask, mask);
  workspace.zero(at.outputGradients, first);
  set(at.outputGradients + 4 * first, outputGradients);
  workspace.zero(at.cellGradients, rows + first);
  const masked = c.masked ? at.mask : 0;
  const functions = [steps, batch, units, 1, activations.tanh, activations.sigmoid] as const;
  kernels.pack(units, 3 * units, at.recurrent, 3 * units, 0, at.packed);
  kernels.lstmForward(
    ...functions,
    at.gates,
    at.states,
    at.cells,
    at.activatedCells,
    masked,
    at.packed,
    at.scratch,
  );
  const states = workspace.view(at.states + 4 * first, rows).slice();
  kernels.pack(3 * units, units, at.recurrent, 3 * units, 1, at.packed);
  kernels.lstmBackward(
    ...functions,
    at.gates,
    at.cells,
    at.activatedCells,
    at.outputGradients,
    at.cellGradients,
    at.gateGradients,
    masked,
    at.packed,
    at.scratch,
  );
  const gradients = [at.gateGradients, at.outputGradients, at.cellGradients];
  return [
    states,
    ...gradients.map((address, i) => workspace.view(address, i === 0 ? 3 * rows : first).slice()),
  ];
}

it('an LSTM with coupled gates agrees with the CPU backend, masked or not, from any first state', async () => {
  const workspace = await createWorkspace();
  const size = (max: number) => fc.integer({ min: 1, max });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        steps: size(5),
        batch: size(6),
        units: size(9),
        masked: fc.boolean(),
        seed: fc.nat(9_999),
      }),
      async c => {
        const expected = await on('cpu', () => reference(c));
        for (const [i, values] of ours(workspace, c).entries())
          expect(relativeError(values, expected[i]!, 0.1)).toBeLessThan(1e-5);
      },
    ),
    { numRuns: 60 },
  );
});
