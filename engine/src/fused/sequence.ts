import type { Extent } from './extent.ts';
import type { Features } from './features.ts';
import type { Address } from './kernels.ts';
import type { EmbeddingParameters, Parameters } from './parameters.ts';
import { Recurrent } from './recurrent.ts';
import { SequenceDropout } from './sequence-dropout.ts';
import type { TokenFeatures } from './topology.ts';
import type { Workspace } from './workspace.ts';

/**
 * First part of a model over tokens: looks up their rows and runs the recurrent layers, with dropout before
 * and behind them.
 */
export class Sequence implements Features {
  readonly learns: boolean;
  readonly #workspace: Workspace;
  readonly #embedding: EmbeddingParameters;
  readonly #recurrent: readonly Recurrent[];
  /** Dropout before each recurrent layer and behind the last one; all null outside training. */
  readonly #dropout: readonly (SequenceDropout | null)[];
  readonly #training: boolean;
  readonly #tied: boolean;
  /** First place that needs gradients; 0 stands for the rows of the table. */
  readonly #lowest: number;
  #tokens = 0;
  #mask = 0;
  #rows = 0;
  #rowGradients = 0;
  #slots = 0;
  #met = 0;
  #metCount = 0;

  constructor(
    workspace: Workspace,
    { dropout }: TokenFeatures,
    parameters: Parameters,
    scratch: Address,
    training: boolean,
  ) {
    this.#workspace = workspace;
    this.#embedding = parameters.embedding!;
    this.#recurrent = parameters.recurrent.map(layer => new Recurrent(workspace, layer, scratch, training));
    this.#dropout = dropout.map((rate, place) =>
      training && rate > 0 ? new SequenceDropout(workspace, rate, place) : null,
    );
    this.#training = training;
    this.#tied = parameters.tied;
    this.learns = parameters.featuresLearn;
    const first = parameters.recurrent.findIndex(({ kernel }) => kernel.learns);
    this.#lowest = this.#embedding.table.learns ? 0 : first + 1;
  }

  get width(): number {
    return this.#recurrent.at(-1)?.units ?? this.#embedding.layer.width;
  }

  get everyPosition(): boolean {
    return this.#recurrent.at(-1)?.sequences ?? true;
  }

  /** Extent of inputs `[batch, steps]`. */
  extentOf(shape: readonly number[]): Extent {
    const [batch, steps, ...others] = shape;
    if (batch === undefined || steps === undefined || others.length > 0)
      throw new RangeError(`Inputs of shape [${shape}] do not fit the model, which takes [batch, steps].`);
    return { batch, steps };
  }

  reserve(extent: Extent): void {
    const workspace = this.#workspace;
    const { rows, width, maskZero } = this.#embedding.layer;
    const positions = extent.steps * extent.batch;
    this.#tokens = workspace.reserve(positions);
    this.#mask = maskZero ? workspace.reserve(positions) : 0;
    this.#rows = workspace.reserve(positions * width);
    if (this.#training) {
      this.#rowGradients = workspace.reserve(positions * width);
      this.#slots = workspace.reserve(rows);
      this.#met = workspace.reserve(positions);
    }
    for (const layer of this.#recurrent) layer.reserve(extent);
    for (const [place, dropout] of this.#dropout.entries()) dropout?.reserve(this.#valuesAt(place, extent));
  }

  prepare(): void {
    if (!this.#training) return;
    const start = this.#slots / 4;
    this.#workspace.ints.fill(-1, start, start + this.#embedding.layer.rows);
  }

  /** Packs the weights for `forward`; call it again once they have changed. */
  pack(): void {
    for (const layer of this.#recurrent) layer.packForward();
  }

  /** Copies tokens `[batch, steps]`. Throws `RangeError` for one that has no row. */
  read(tokens: ArrayLike<number>, { steps, batch }: Extent): void {
    const { ints, floats } = this.#workspace;
    const { rows, maskZero } = this.#embedding.layer;
    const to = this.#tokens / 4;
    const mask = this.#mask / 4;
    for (let row = 0, from = 0; row < batch; row++) {
      for (let step = 0; step < steps; step++, from++) {
        const token = Math.trunc(tokens[from]!);
        if (!(token >= 0 && token < rows))
          throw new RangeError(
            `The token ${tokens[from]} of row ${row} is not one of the embedding's ${rows}.`,
          );
        ints[to + step * batch + row] = token;
        if (maskZero) floats[mask + step * batch + row] = token === 0 ? 0 : 1;
      }
    }
  }

  /** Sets the initial state of all sequences to zero. */
  reset(extent: Extent): void {
    for (const layer of this.#recurrent) layer.reset(extent);
  }

  begin(extent: Extent): void {
    this.pack();
    this.reset(extent);
  }

  /** Sets the seed of dropout in the next steps. */
  seed(seed: number): void {
    for (const dropout of this.#dropout) dropout?.seed(seed);
  }

  /** Runs over the tokens of the last `read`, from the current states. */
  forward(extent: Extent): void {
    const { layer, table } = this.#embedding;
    const positions = extent.steps * extent.batch;
    this.#workspace.kernels.gatherRows(positions, layer.width, table.value, this.#tokens, this.#rows);
    for (let place = 0; place < this.#dropout.length; place++) {
      this.#dropout[place]?.forward(this.#valuesAt(place, extent), this.#madeAt(place, extent));
      this.#recurrent[place]?.forward(extent, this.#inputAt(place, extent), this.#mask);
    }
  }

  output(extent: Extent): Address {
    return this.#inputAt(this.#recurrent.length, extent);
  }

  /** Outputs of the layers before this place: rows of the table at 0, states behind each recurrent layer. */
  #madeAt(place: number, extent: Extent): Address {
    const layer = this.#recurrent[place - 1];
    return layer ? layer.state(layer.sequences ? 1 : extent.steps, extent) : this.#rows;
  }

  /** Inputs of the layer behind this place: the outputs before it, after dropout. */
  #inputAt(place: number, extent: Extent): Address {
    return this.#dropout[place]?.output ?? this.#madeAt(place, extent);
  }

  /** Gradients of the outputs at a place; dropout changes them in place. */
  #gradientsAt(place: number, extent: Extent): Address {
    const layer = this.#recurrent[place - 1];
    return layer ? layer.outputGradient(layer.sequences ? 1 : extent.steps, extent) : this.#rowGradients;
  }

  #valuesAt(place: number, { steps, batch }: Extent): number {
    const layer = this.#recurrent[place - 1];
    if (!layer) return steps * batch * this.#embedding.layer.width;
    return (layer.sequences ? steps : 1) * batch * layer.units;
  }

  /** Makes the final states the initial ones of the next run. */
  keepStates(extent: Extent): void {
    const { floats } = this.#workspace;
    for (const [begin, end, values] of this.remembered(extent))
      if (begin > 0) floats.copyWithin(begin / 4, end / 4, end / 4 + values);
  }

  /**
   * Addresses of each initial and final state, and the number of its values. Without recurrent layers, the
   * rows of the table stand in for a state.
   */
  *remembered(extent: Extent): Generator<readonly [begin: Address, end: Address, values: number]> {
    if (this.#recurrent.length === 0) yield [0, this.output(extent), this.width];
    for (const layer of this.#recurrent) {
      yield [layer.state(0, extent), layer.state(extent.steps, extent), extent.batch * layer.units];
      const cell = layer.cell(0, extent);
      if (cell > 0) yield [cell, layer.cell(extent.steps, extent), extent.batch * layer.units];
    }
  }

  clearGradients(extent: Extent): Address {
    if (!this.learns) return 0;
    const last = this.#recurrent.at(-1);
    if (!last) {
      this.#workspace.zero(this.#rowGradients, extent.steps * extent.batch * this.width);
      return this.#rowGradients;
    }
    last.clearGradients(extent);
    return this.#gradientsAt(this.#recurrent.length, extent);
  }

  backward(extent: Extent, whole: boolean): void {
    if (!this.learns) return;
    const { kernels } = this.#workspace;
    const { layer, table } = this.#embedding;
    for (let place = this.#recurrent.length; ; place--) {
      const outputGradients = this.#gradientsAt(place, extent);
      this.#dropout[place]?.backward(this.#valuesAt(place, extent), outputGradients);
      if (place === 0) break;
      const x = this.#inputAt(place - 1, extent);
      if (place === this.#lowest) {
        this.#recurrent[place - 1]!.backward(extent, x, this.#mask, 0);
        return;
      }
      this.#recurrent[place - 2]?.clearGradients(extent);
      this.#recurrent[place - 1]!.backward(extent, x, this.#mask, this.#gradientsAt(place - 1, extent));
    }
    if (whole) {
      if (!this.#tied) this.#workspace.zero(table.gradient, table.size);
      const positions = extent.steps * extent.batch;
      kernels.addRows(positions, layer.width, this.#rowGradients, this.#tokens, table.gradient);
      return;
    }
    // biome-ignore format: what is read, then what is written
    this.#metCount = kernels.sparseRows(
      extent.steps * extent.batch, layer.width, this.#tokens, this.#rowGradients,
      this.#slots, this.#met, table.gradient,
    );
  }

  /**
   * Rows of the table that have a gradient: their number, and the address of their indices. Their gradients
   * stand at the beginning of the table's.
   */
  get met(): { readonly count: number; readonly rows: Address } {
    return { count: this.#metCount, rows: this.#met };
  }
}
