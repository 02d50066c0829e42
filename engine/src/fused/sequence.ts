import type { Extent } from './extent.ts';
import type { Features } from './features.ts';
import type { Address } from './kernels.ts';
import type { EmbeddingParameters, Parameters } from './parameters.ts';
import { Recurrent } from './recurrent.ts';
import { SequenceDropout } from './sequence-dropout.ts';
import type { TokenFeatures } from './topology.ts';
import type { Workspace } from './workspace.ts';

/** The first part of a model over tokens: the lookup of their rows, and the recurrent layers, with dropout before and behind them. */
export class Sequence implements Features {
  readonly learns: boolean;
  readonly #workspace: Workspace;
  readonly #embedding: EmbeddingParameters;
  readonly #recurrent: readonly Recurrent[];
  /** Before each recurrent layer and behind the last one; none at all in use. */
  readonly #dropout: readonly (SequenceDropout | null)[];
  readonly #training: boolean;
  readonly #tied: boolean;
  /** The first place whose gradients are wanted: 0 is that of the rows of the table. */
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

  /** Takes inputs `[batch, steps]`. */
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

  /** Makes the weights ready for `forward`; to be called once they have changed. */
  pack(): void {
    for (const layer of this.#recurrent) layer.packForward();
  }

  /** Takes tokens `[batch, steps]`. Throws `RangeError` for one that has no row. */
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

  /** Lets all sequences begin at zero. */
  reset(extent: Extent): void {
    for (const layer of this.#recurrent) layer.reset(extent);
  }

  begin(extent: Extent): void {
    this.pack();
    this.reset(extent);
  }

  /** Lets dropout in the next steps follow from `seed`. */
  seed(seed: number): void {
    for (const dropout of this.#dropout) dropout?.seed(seed);
  }

  /** Runs over the tokens that were read, from the states that are there. */
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

  /** What the layers before this place made: rows of the table at 0, states behind each recurrent layer. */
  #madeAt(place: number, extent: Extent): Address {
    const layer = this.#recurrent[place - 1];
    return layer ? layer.state(layer.sequences ? 1 : extent.steps, extent) : this.#rows;
  }

  /** What comes after this place takes: what was made there, without what dropout leaves out. */
  #inputAt(place: number, extent: Extent): Address {
    return this.#dropout[place]?.output ?? this.#madeAt(place, extent);
  }

  /** Gradients of what was made at a place; dropout gives its own back in the same memory. */
  #gradientsAt(place: number, extent: Extent): Address {
    const layer = this.#recurrent[place - 1];
    return layer ? layer.outputGradient(layer.sequences ? 1 : extent.steps, extent) : this.#rowGradients;
  }

  #valuesAt(place: number, { steps, batch }: Extent): number {
    const layer = this.#recurrent[place - 1];
    if (!layer) return steps * batch * this.#embedding.layer.width;
    return (layer.sequences ? steps : 1) * batch * layer.units;
  }

  /** Lets the next run go on from where this one ended. */
  keepStates(extent: Extent): void {
    const { floats } = this.#workspace;
    for (const [begin, end, values] of this.remembered(extent))
      if (begin > 0) floats.copyWithin(begin / 4, end / 4, end / 4 + values);
  }

  /** Where a run leaves what the next one begins with, and what it makes features of; the number of values of each. */
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

  /** Rows of the table that have a gradient, and where their numbers lie; the gradients stand at the beginning of the table's. */
  get met(): { readonly count: number; readonly rows: Address } {
    return { count: this.#metCount, rows: this.#met };
  }
}
