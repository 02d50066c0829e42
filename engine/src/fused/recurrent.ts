import type { Extent } from './extent.ts';
import type { Address } from './kernels.ts';
import { gatesOf, type RecurrentParameters } from './parameters.ts';
import type { Workspace } from './workspace.ts';

/** Recurrent layer over whole sequences. */
export class Recurrent {
  readonly #workspace: Workspace;
  readonly #parameters: RecurrentParameters;
  readonly #scratch: Address;
  readonly #training: boolean;
  #gates = 0;
  #states = 0;
  #cells = 0;
  /** GRU: r·h of each step. LSTM: φ of the cells. */
  #middle = 0;
  #packed = 0;
  #packedCandidate = 0;
  #outputGradients = 0;
  #cellGradients = 0;
  #gateGradients = 0;
  #temporary = 0;

  constructor(workspace: Workspace, parameters: RecurrentParameters, scratch: Address, training: boolean) {
    this.#workspace = workspace;
    this.#parameters = parameters;
    this.#scratch = scratch;
    this.#training = training;
  }

  get units(): number {
    return this.#parameters.layer.units;
  }

  get sequences(): boolean {
    return this.#parameters.layer.sequences;
  }

  reserve({ steps, batch }: Extent): void {
    const { kind, units } = this.#parameters.layer;
    const workspace = this.#workspace;
    const rows = steps * batch * units;
    const rowsAndFirst = rows + batch * units;
    const gates = gatesOf(this.#parameters.layer);
    this.#gates = workspace.reserve(gates * rows);
    this.#states = workspace.reserve(rowsAndFirst);
    this.#middle = workspace.reserve(rows);
    if (kind === 'lstm') this.#cells = workspace.reserve(rowsAndFirst);
    // Forward and backward need the recurrent weights at different times, so both share one place.
    const { packedBytes } = workspace.kernels;
    const [main, candidate] = kind === 'gru' ? [2 * units, units] : [4 * units, 0];
    this.#packed = workspace.reserveBytes(Math.max(packedBytes(units, main), packedBytes(main, units)));
    this.#packedCandidate = workspace.reserveBytes(packedBytes(units, candidate));
    if (!this.#training) return;
    this.#gateGradients = workspace.reserve(gates * rows);
    this.#outputGradients = workspace.reserve(rowsAndFirst);
    if (kind === 'lstm') this.#cellGradients = workspace.reserve(rowsAndFirst);
    this.#temporary = workspace.reserve(batch * units);
  }

  /** State after the first `step` steps: `[batch, units]`. */
  state(step: number, { batch }: Extent): Address {
    return this.#states + 4 * step * batch * this.units;
  }

  /** Cells of an LSTM after the first `step` steps; 0 for other layers. */
  cell(step: number, { batch }: Extent): Address {
    return this.#cells && this.#cells + 4 * step * batch * this.units;
  }

  /** Gradient of the state after the first `step` steps. */
  outputGradient(step: number, { batch }: Extent): Address {
    return this.#outputGradients + 4 * step * batch * this.units;
  }

  /** Sets the initial state of all sequences to zero. */
  reset(extent: Extent): void {
    const size = extent.batch * this.units;
    this.#workspace.zero(this.state(0, extent), size);
    if (this.#cells > 0) this.#workspace.zero(this.cell(0, extent), size);
  }

  /** Packs the weights for `forward`; call it again once they have changed. */
  packForward(): void {
    const { kernels } = this.#workspace;
    const { layer, recurrent } = this.#parameters;
    const { kind, units } = layer;
    const width = gatesOf(layer) * units;
    kernels.pack(units, kind === 'gru' ? 2 * units : width, recurrent.value, width, 0, this.#packed);
    if (kind === 'gru')
      kernels.pack(units, units, recurrent.value + 8 * units, width, 0, this.#packedCandidate);
  }

  /** Packs the weights for `backward`; `forward` can't use them any longer. */
  #packBackward(): void {
    const { kernels } = this.#workspace;
    const { layer, recurrent } = this.#parameters;
    const { kind, units } = layer;
    const width = gatesOf(layer) * units;
    kernels.pack(kind === 'gru' ? 2 * units : width, units, recurrent.value, width, 1, this.#packed);
    if (kind === 'gru')
      kernels.pack(units, units, recurrent.value + 8 * units, width, 1, this.#packedCandidate);
  }

  /**
   * Runs over inputs `x` `[steps, batch, inputs]` from the current state. `mask` is `[steps, batch]`, or 0.
   */
  forward({ steps, batch }: Extent, x: Address, mask: Address): void {
    const { kernels } = this.#workspace;
    const { layer, kernel, bias } = this.#parameters;
    const { kind, inputs, units, activation, gateActivation } = layer;
    const width = gatesOf(layer) * units;
    const scratch = this.#scratch;
    // biome-ignore format: one line for each matrix
    kernels.multiply(
      steps * batch, width, inputs, x, inputs, 0, kernel.value, width, 0,
      this.#gates, width, 0, bias?.value ?? 0, scratch,
    );
    if (kind === 'gru') {
      // biome-ignore format: sizes, functions, then memory
      kernels.gruForward(
        steps, batch, units, activation, gateActivation,
        this.#gates, this.#states, this.#middle, mask, this.#packed, this.#packedCandidate, scratch,
      );
    } else {
      // biome-ignore format: sizes, functions, then memory
      kernels.lstmForward(
        steps, batch, units, 0, activation, gateActivation,
        this.#gates, this.#states, this.#cells, this.#middle, mask, this.#packed, scratch,
      );
    }
  }

  /** Zeroes the gradients of all states, before the next layer adds to them. */
  clearGradients({ steps, batch }: Extent): void {
    const size = (steps + 1) * batch * this.units;
    this.#workspace.zero(this.#outputGradients, size);
    if (this.#cellGradients > 0) this.#workspace.zero(this.#cellGradients, size);
  }

  /**
   * Computes the gradients of the weights that learn, and those of the inputs into `inputGradients`, unless
   * that is 0. Called after `forward`, once the gradients of the states are complete.
   */
  backward(extent: Extent, x: Address, mask: Address, inputGradients: Address): void {
    const { steps, batch } = extent;
    const { kernels } = this.#workspace;
    const { layer, kernel, recurrent, bias } = this.#parameters;
    const { kind, inputs, units, activation, gateActivation } = layer;
    const width = gatesOf(layer) * units;
    const rows = steps * batch;
    const scratch = this.#scratch;
    const outputGradients = this.#gateGradients;
    this.#packBackward();
    if (kind === 'gru') {
      // biome-ignore format: sizes, functions, then memory
      kernels.gruBackward(
        steps, batch, units, activation, gateActivation,
        this.#gates, this.#states, this.#outputGradients, outputGradients, mask,
        this.#packed, this.#packedCandidate, this.#temporary, scratch,
      );
      // biome-ignore format: one line for each matrix
      if (recurrent.learns) kernels.multiply(
        units, 2 * units, rows, this.#states, units, 1, outputGradients, width, 0,
        recurrent.gradient, width, 0, 0, scratch,
      );
      // biome-ignore format: one line for each matrix
      if (recurrent.learns) kernels.multiply(
        units, units, rows, this.#middle, units, 1, outputGradients + 8 * units, width, 0,
        recurrent.gradient + 8 * units, width, 0, 0, scratch,
      );
    } else {
      // biome-ignore format: sizes, functions, then memory
      kernels.lstmBackward(
        steps, batch, units, 0, activation, gateActivation,
        this.#gates, this.#cells, this.#middle, this.#outputGradients, this.#cellGradients, outputGradients, mask, this.#packed, scratch,
      );
      // biome-ignore format: one line for each matrix
      if (recurrent.learns) kernels.multiply(
        units, width, rows, this.#states, units, 1, outputGradients, width, 0,
        recurrent.gradient, width, 0, 0, scratch,
      );
    }
    if (bias?.learns) kernels.columnSums(rows, width, outputGradients, bias.gradient, 0);
    // biome-ignore format: one line for each matrix
    if (kernel.learns) kernels.multiply(
      inputs, width, rows, x, inputs, 1, outputGradients, width, 0,
      kernel.gradient, width, 0, 0, scratch,
    );
    // biome-ignore format: one line for each matrix
    if (inputGradients > 0) kernels.multiply(
      rows, inputs, width, outputGradients, width, 0, kernel.value, width, 1,
      inputGradients, inputs, 0, 0, scratch,
    );
  }
}
