import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { NegativeSampler } from '../objective/negative-sampler.ts';
import type { LossRows } from './counted-rows.ts';
import { Descent, type DescentSettings } from './descent.ts';
import type { Extent } from './extent.ts';
import type { Features } from './features.ts';
import { featuresOf } from './first-part.ts';
import { DenseHead } from './head.ts';
import type { Address } from './kernels.ts';
import { Parameters } from './parameters.ts';
import { Sequence } from './sequence.ts';
import type { Topology } from './topology.ts';
import type { Workspace } from './workspace.ts';

interface Values {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** One batch as plain numbers. */
export interface FusedBatch {
  /** Tokens `[batch, steps]`, or `[batch, ...]` rows of the shape that a model without an embedding takes. */
  readonly inputs: Values;
  /** `[batch, steps]`, or `[batch]` for a model that makes one row of logits for each sequence. */
  readonly labels: Values;
  /** Weight of each label, not negative, in the shape of the labels; all equal by default. */
  readonly weights?: Values;
}

/**
 * Model in training on the fused kernels, with softmax cross-entropy on its logits. It owns all its memory
 * and reuses it from step to step and from one training to the next.
 */
export class FusedTraining {
  readonly #memoryLimit: number;
  readonly #workspace: Workspace;
  readonly #parameters: Parameters;
  readonly #features: Features;
  readonly #head: DenseHead;
  /**
   * End of the regions that don't depend on settings; `#settled` is the end of those that don't depend on the
   * batch size.
   */
  readonly #fixed: number;
  #settled = 0;
  #settings = '';
  #descent: Descent | undefined;
  #sampler: NegativeSampler | null = null;
  #capacity: Extent = { steps: 0, batch: 0 };
  #indices: Address = 0;
  #labels: Address = 0;
  #shares: Address = 0;

  /** @param memoryLimit bytes of memory that training may take; by default as many as the system gives. */
  constructor(topology: Topology, workspace: Workspace, memoryLimit = Number.POSITIVE_INFINITY) {
    this.#memoryLimit = memoryLimit;
    this.#workspace = workspace;
    this.#parameters = new Parameters(workspace, topology, 'training');
    const scratch = workspace.reserveBytes(workspace.kernels.scratchBytes(0));
    this.#features = featuresOf(topology, workspace, this.#parameters, scratch, true);
    this.#head = new DenseHead(workspace, this.#parameters, scratch, true);
    this.#fixed = workspace.bytes;
  }

  /**
   * Begins a training from `weights`, in the order of the model's layout, with batches of at most `largest`;
   * a larger batch also works, but takes more memory. Returns the bytes of memory that training takes.
   *
   * @param seed of dropout; equal seeds give equal draws.
   * @param sampler draws the negatives of sampled softmax; by default the loss is the full softmax's.
   * @param correction added to the gradient of each step after clipping: a number for each weight, in the
   * order of the layout.
   * @throws MurmurationError `training.no-memory` if that is more than it may take, or than the system gives.
   */
  begin(
    weights: Float32Array,
    settings: DescentSettings,
    largest: Extent,
    seed = 0,
    sampler: NegativeSampler | null = null,
    correction?: Float32Array,
  ): number {
    const negatives = sampler?.count ?? 0;
    const descent = correction ? { ...settings, corrected: true } : settings;
    const key = JSON.stringify([descent, negatives]);
    if (key !== this.#settings) {
      this.#workspace.release(this.#fixed);
      this.#descent = new Descent(this.#workspace, this.#parameters, descent);
      this.#head.sample(negatives);
      this.#settled = this.#workspace.bytes;
      this.#capacity = { steps: 0, batch: 0 };
      this.#settings = key;
    }
    this.#sampler = sampler;
    this.#fit(largest);
    this.#workspace.view(this.#parameters.values, this.#parameters.count).set(weights);
    this.#descent!.begin(correction);
    this.#features.seed(seed);
    return this.bytes;
  }

  /** Bytes of memory that training takes. */
  get bytes(): number {
    return this.#workspace.bytes;
  }

  /** Number of values that training moves by gradients; they come first in the layout. */
  get trainable(): number {
    return this.#parameters.trainable;
  }

  /**
   * Runs one optimiser step; returns the loss of the batch before it, in nats. Throws `RangeError` for a
   * batch that does not fit the model.
   */
  step(batch: FusedBatch): number {
    const parts = this.parts(batch);
    for (;;) {
      const { done, value } = parts.next();
      if (done) return value;
    }
  }

  /**
   * Runs a step in parts, between which other tasks of the thread have their turn. Only one step at a time.
   */
  *parts(batch: FusedBatch): Generator<undefined, number> {
    const features = this.#features;
    const extent = features.extentOf(batch.inputs.shape);
    this.#fit(extent);
    features.read(batch.inputs.values, extent);
    const rows = this.#readRows(batch, extent);
    features.begin(extent);
    features.forward(extent);
    yield;
    const outputGradients = features.clearGradients(extent);
    const negatives = this.#sampler?.draw() ?? null;
    const loss = yield* this.#head.descend(rows, features.output(extent), outputGradients, negatives);
    yield;
    features.backward(extent, !this.#descent!.sparse);
    yield;
    this.#descent!.step(features instanceof Sequence ? features : null);
    return loss;
  }

  /** Copies the weights into `vector`, in the order of the model's layout. */
  read(vector: Float32Array): Float32Array {
    vector.set(this.#workspace.view(this.#parameters.values, this.#parameters.count));
    return vector;
  }

  /** Ends its threads, if it has any; no other call may follow. */
  close(): Promise<void> {
    return this.#workspace.close();
  }

  /** Reserves memory for batches of this extent. */
  #fit({ steps, batch }: Extent): void {
    const workspace = this.#workspace;
    if (steps <= this.#capacity.steps && batch <= this.#capacity.batch) return;
    const extent = {
      steps: Math.max(steps, this.#capacity.steps),
      batch: Math.max(batch, this.#capacity.batch),
    };
    workspace.release(this.#settled);
    this.#capacity = { steps: 0, batch: 0 };
    const rows = this.#rowsOf(extent);
    this.#indices = workspace.reserve(rows);
    this.#labels = workspace.reserve(rows);
    this.#shares = workspace.reserve(rows);
    this.#features.reserve(extent);
    this.#head.reserve(rows);
    this.#commit();
    this.#features.prepare();
    this.#capacity = extent;
  }

  #commit(): void {
    const { bytes } = this.#workspace;
    const refuse = (why: string, cause?: unknown) => {
      const needed = `Training takes ${Math.ceil(bytes / 2 ** 20)} MiB of memory, and ${why}; smaller batches take less.`;
      return new MurmurationError('training.no-memory', needed, { cause });
    };
    if (bytes > this.#memoryLimit)
      throw refuse(`this device allows ${Math.floor(this.#memoryLimit / 2 ** 20)} MiB`);
    try {
      this.#workspace.commit();
    } catch (cause) {
      throw refuse('the system gives no more', cause);
    }
  }

  /** Number of rows of logits of a batch. */
  #rowsOf({ steps, batch }: Extent): number {
    return this.#features.everyPosition ? steps * batch : batch;
  }

  /** Reads labels and weights; leaves out rows of weight 0, which have neither loss nor gradient. */
  #readRows({ labels, weights }: FusedBatch, extent: Extent): LossRows {
    const { ints, floats } = this.#workspace;
    const { batch } = extent;
    const steps = this.#features.everyPosition ? extent.steps : 1;
    for (const { shape } of weights ? [labels, weights] : [labels]) {
      const [rows, length = 1] = shape;
      if (rows !== batch || length !== steps || shape.length > 2)
        throw new RangeError(
          `Labels or weights of shape [${shape}] do not fit [${batch}, ${steps}] positions.`,
        );
    }
    let sum = 0;
    for (let i = 0; i < batch * steps; i++) sum += weights ? weights.values[i]! : 1;
    let count = 0;
    for (let step = 0, index = 0; step < steps; step++) {
      for (let row = 0; row < batch; row++, index++) {
        const position = row * steps + step;
        const weight = weights ? weights.values[position]! : 1;
        if (weight === 0) continue;
        const label = labels.values[position]!;
        if (!(label >= 0 && label < this.#head.classes))
          throw new RangeError(
            `The label ${label} of position ${position} is not one of ${this.#head.classes} classes.`,
          );
        ints[this.#indices / 4 + count] = index;
        ints[this.#labels / 4 + count] = label;
        floats[this.#shares / 4 + count] = sum === 0 ? 0 : weight / sum;
        count += 1;
      }
    }
    return { count, indices: this.#indices, labels: this.#labels, shares: this.#shares };
  }
}
