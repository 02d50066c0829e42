import { type Predictor, requireToken, type Suggestion } from '../inference/predictor.ts';
import { softmax } from '../inference/softmax.ts';
import type { Extent } from './extent.ts';
import type { Address } from './kernels.ts';
import { Parameters } from './parameters.ts';
import { Sequence } from './sequence.ts';
import type { TokenFeatures, Topology } from './topology.ts';
import type { Workspace } from './workspace.ts';

/** Extent of one sequence, one token at a time. */
const ONE: Extent = { steps: 1, batch: 1 };

/**
 * Predictor of next tokens on the fused kernels. It keeps the state from one token to the next: each token
 * costs one step of the recurrent layers; its scores, if asked for, cost one pass over the weights of the
 * dense layers.
 */
export class FusedPredictor implements Predictor {
  readonly #workspace: Workspace;
  readonly #parameters: Parameters;
  readonly #sequence: Sequence;
  readonly #outputs: readonly Address[];
  readonly #probabilities: Address;
  #best: Address;
  #capacity = 8;
  /** True if the outputs belong to the tokens so far. */
  #isScored = true;

  /**
   * @param topology with an embedding.
   * @param weights in the order of the model's layout.
   */
  constructor(workspace: Workspace, topology: Topology, weights: Float32Array) {
    this.#workspace = workspace;
    this.#parameters = new Parameters(workspace, topology, 'steps');
    const scratch = workspace.reserveBytes(workspace.kernels.scratchBytes(0));
    const features = topology.features as TokenFeatures;
    this.#sequence = new Sequence(workspace, features, this.#parameters, scratch, false);
    this.#sequence.reserve(ONE);
    this.#outputs = topology.dense.map(({ units }) => workspace.reserve(units));
    this.#probabilities = workspace.reserve(this.tokens);
    this.#best = workspace.reserve(2 * this.#capacity);
    workspace.commit();
    this.#parameters.set(weights);
    this.#sequence.pack();
    this.begin();
  }

  get tokens(): number {
    return this.#parameters.dense.at(-1)!.layer.units;
  }

  begin(): void {
    this.#sequence.reset(ONE);
    this.#workspace.zero(this.#outputs.at(-1)!, this.tokens);
    this.#isScored = true;
  }

  next(token: number): void {
    requireToken(token, this.#parameters.embedding!.layer.rows);
    this.#sequence.read([token], ONE);
    this.#sequence.forward(ONE);
    this.#sequence.keepStates(ONE);
    this.#isScored = false;
  }

  state(): Float32Array {
    const parts = Array.from(this.#sequence.remembered(ONE));
    const state = new Float32Array(parts.reduce((sum, [, , values]) => sum + values, 0));
    let at = 0;
    for (const [, end, values] of parts) {
      state.set(this.#workspace.view(end, values), at);
      at += values;
    }
    return state;
  }

  resume(state: Float32Array): void {
    let at = 0;
    for (const [, end, values] of this.#sequence.remembered(ONE)) {
      this.#workspace.view(end, values).set(state.subarray(at, at + values));
      at += values;
    }
    this.#sequence.keepStates(ONE);
    this.#isScored = false;
  }

  /**
   * Computes the outputs of the tokens so far, unless they are there; returns the address of the last
   * layer's.
   */
  #score(): Address {
    const last = this.#outputs.at(-1)!;
    if (this.#isScored) return last;
    let x = this.#sequence.output(ONE);
    const { kernels, floats } = this.#workspace;
    for (const [i, { layer, kernel, bias }] of this.#parameters.dense.entries()) {
      const y = this.#outputs[i]!;
      const { inputs, units, activation, tied } = layer;
      if (bias) floats.copyWithin(y / 4, bias.value / 4, bias.value / 4 + units);
      else this.#workspace.zero(y, units);
      if (tied) kernels.addRowDots(inputs, units, x, kernel.value, y);
      else kernels.addRowProduct(inputs, units, x, kernel.value, y);
      kernels.activate(activation, units, y);
      x = y;
    }
    this.#isScored = true;
    return last;
  }

  scores(): Float32Array {
    return this.#workspace.view(this.#score(), this.tokens).slice();
  }

  probabilities(first: number): Float32Array {
    const count = this.tokens - first;
    const { floats, kernels } = this.#workspace;
    const from = this.#score() / 4 + first;
    floats.copyWithin(this.#probabilities / 4, from, from + count);
    const sum = kernels.softmax(count, this.#probabilities);
    if (!(sum > 0)) return softmax(this.scores(), first);
    const probabilities = new Float32Array(this.tokens);
    probabilities.set(this.#workspace.view(this.#probabilities, count), first);
    return probabilities;
  }

  top(count: number, from = 0): Suggestion[] {
    if (count > this.#capacity) {
      this.#capacity = count;
      this.#best = this.#workspace.reserve(2 * count);
      this.#workspace.commit();
    }
    const { kernels } = this.#workspace;
    const ids = this.#best + 4 * this.#capacity;
    const start = Math.min(from, this.tokens);
    const scores = this.#score() + 4 * start;
    const found = count > 0 ? kernels.topK(this.tokens - start, scores, count, this.#best, ids) : 0;
    const { floats, ints } = this.#workspace;
    return Array.from({ length: found }, (_, i) => ({
      token: start + ints[ids / 4 + i]!,
      score: floats[this.#best / 4 + i]!,
    }));
  }
}
