import type { Scorer, Visit } from '../inference/scorer.ts';
import type { Extent } from './extent.ts';
import type { Features } from './features.ts';
import { featuresOf } from './first-part.ts';
import { DenseHead } from './head.ts';
import type { Address } from './kernels.ts';
import { Parameters } from './parameters.ts';
import type { Topology } from './topology.ts';
import type { Workspace } from './workspace.ts';

/**
 * Scorer of whole sequences, or of rows of values, on the fused kernels. It computes logits only for the
 * requested positions, block by block.
 */
export class FusedScorer implements Scorer {
  readonly #workspace: Workspace;
  readonly #features: Features;
  readonly #head: DenseHead;
  readonly #fixed: number;
  #capacity: Extent = { steps: 0, batch: 0 };
  #indices: Address = 0;
  #isClosed = false;
  readonly #leave: () => Promise<void>;

  /**
   * @param weights in the order of the model's layout.
   * @param leave releases the workspace in the end; by default it closes it.
   */
  constructor(
    workspace: Workspace,
    topology: Topology,
    weights: Float32Array,
    leave = () => workspace.close(),
  ) {
    this.#workspace = workspace;
    this.#leave = leave;
    const parameters = new Parameters(workspace, topology, 'batches');
    const scratch = workspace.reserveBytes(workspace.kernels.scratchBytes(Number(parameters.arePacked)));
    this.#features = featuresOf(topology, workspace, parameters, scratch, false);
    this.#head = new DenseHead(workspace, parameters, scratch, false);
    this.#fixed = workspace.bytes;
    workspace.commit();
    parameters.set(weights);
  }

  /** Bytes of memory in use; larger batches than before take more. */
  get bytes(): number {
    return this.#workspace.bytes;
  }

  score(inputs: ArrayLike<number>, extent: Extent, positions: readonly number[], visit: Visit): void {
    // Its memory may already belong to another model.
    if (this.#isClosed) throw new Error('The model is closed.');
    this.#fit(extent);
    const { steps, batch } = extent;
    const features = this.#features;
    features.read(inputs, extent);
    features.begin(extent);
    features.forward(extent);
    const { ints, floats } = this.#workspace;
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i]!;
      const row = Math.floor(position / steps);
      ints[this.#indices / 4 + i] = features.everyPosition ? (position % steps) * batch + row : row;
    }
    const { classes } = this.#head;
    this.#head.score(positions.length, this.#indices, features.output(extent), (first, rows, logits) => {
      for (let i = 0; i < rows; i++) visit(positions[first + i]!, floats, logits / 4 + i * classes);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#leave();
  }

  #fit({ steps, batch }: Extent): void {
    if (steps <= this.#capacity.steps && batch <= this.#capacity.batch) return;
    const extent = {
      steps: Math.max(steps, this.#capacity.steps),
      batch: Math.max(batch, this.#capacity.batch),
    };
    const workspace = this.#workspace;
    workspace.release(this.#fixed);
    this.#indices = workspace.reserve(extent.steps * extent.batch);
    this.#features.reserve(extent);
    this.#head.reserve(extent.steps * extent.batch);
    workspace.commit();
    this.#features.prepare();
    this.#capacity = extent;
  }
}
