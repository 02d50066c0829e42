import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Datatype, Tensor, TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import { createScorer } from '../fused/create.ts';
import { topologyOf } from '../fused/model-topology.ts';
import type { FusedScorer } from '../fused/scorer.ts';
import type { Unrecognised } from '../fused/unrecognised.ts';
import type { LoadedModel, RunOptions } from '../inference/loaded-model.ts';
import { loadModel, type ModelParts, readWeights } from '../models/model.ts';
import { type Outputs, outputsOf, softmaxRow } from '../models/outputs.ts';
import type * as tf from '../tfjs/tf.ts';
import { type FusedStructure, knownStructure, rememberStructure } from './fused-structure.ts';
import { GenericModel } from './generic-model.ts';
import { maxKeptValues, maxRowSteps, refuseAnswer, refuseInput } from './intermediates.ts';

/** Datatypes by their names in tfjs. */
const datatypeOf: Readonly<Record<string, Datatype>> = { float32: 'FP32', int32: 'INT32', bool: 'BOOL' };

/**
 * Loads a layers model of tfjs: on the fused kernels if they know all its layers, otherwise on the current
 * backend of tfjs. Throws `model.unusable` if it can't be built, or has tensors that no wire format carries.
 *
 * @param startBackend starts the backend if the fused kernels don't know the model; by default it is the
 * current one.
 */
export async function loadLayers(
  parts: ModelParts,
  startBackend: () => Promise<unknown> = async () => {},
): Promise<LoadedModel> {
  const known = knownStructure(parts);
  if (known) return fusedModel(known, parts.weights);
  const model = await loadModel(parts);
  try {
    const specs = {
      inputs: specsOf(model.inputs),
      outputs: specsOf(model.outputs),
    };
    const topology = topologyOf(model);
    const tried =
      'reason' in topology
        ? topology
        : await fused({ ...specs, topology, says: outputsOf(model) }, parts, model);
    if (!('reason' in tried)) {
      model.dispose();
      return tried;
    }
    await startBackend();
    return new GenericModel(model, specs, tried.reason);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Loads on the fused kernels, or returns the reason why they do not start. */
async function fused(
  structure: FusedStructure,
  parts: ModelParts,
  model: tf.LayersModel,
): Promise<LoadedModel | Unrecognised> {
  const isInOrder = model.weights.every(
    ({ originalName }, at) => originalName === parts.layout.tensors[at]?.name,
  );
  const weights = isInOrder ? parts.weights : readWeights(model, new Float32Array(parts.layout.count));
  try {
    const loaded = await fusedModel(structure, weights);
    if (isInOrder) rememberStructure(parts, structure);
    return loaded;
  } catch (cause) {
    return { reason: `the fused kernels do not start: ${messageOf(cause)}` };
  }
}

async function fusedModel(structure: FusedStructure, weights: Float32Array): Promise<LoadedModel> {
  return new FusedModel(await createScorer(structure.topology, weights), structure);
}

/**
 * Describes tensors under the names of their layers; names of tensors count tensors of the process. Throws
 * `model.unusable` for datatypes that no wire format carries.
 */
export function specsOf(tensors: readonly tf.SymbolicTensor[]): readonly TensorSpec[] {
  return tensors.map(({ dtype, shape, sourceLayer: { name } }) => {
    const datatype = datatypeOf[dtype];
    if (!datatype)
      throw new MurmurationError('model.unusable', `The tensor "${name}" of the model holds ${dtype}.`);
    // The part behind a slash counts nodes of the graph.
    return { name, datatype, shape: shape.map(length => length ?? -1) };
  });
}

/** Model on the fused kernels, with one input and one output. */
class FusedModel implements LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly bytes: number;
  readonly engine = 'fused: the fused kernels know all layers';
  readonly takesLengths: boolean;
  readonly #scorer: FusedScorer;
  readonly #overTokens: boolean;
  readonly #classes: number;
  readonly #says: Outputs;

  constructor(scorer: FusedScorer, { topology, inputs, outputs, says }: FusedStructure) {
    this.#scorer = scorer;
    this.inputs = inputs;
    this.outputs = outputs;
    this.bytes = scorer.bytes;
    this.#says = says;
    this.#overTokens = topology.features.kind === 'tokens';
    // Recurrent layers go forward: later steps of a sequence do not change earlier ones.
    this.takesLengths = this.#overTokens && outputs[0]?.shape.length === 3;
    this.#classes = outputs[0]?.shape.at(-1) ?? 0;
  }

  async run([input]: readonly Tensor[], { lengths, logits }: RunOptions = {}): Promise<readonly Tensor[]> {
    const [spec] = this.outputs;
    if (!input || !spec) throw new RangeError('The model takes one input.');
    const [batch = 0, ...row] = input.shape;
    const steps = this.#overTokens ? (row[0] ?? 1) : 1;
    if (steps === 0 || steps > maxRowSteps)
      refuseInput(`The tensor "${input.name}" has ${steps} steps; expected 1 to ${maxRowSteps}.`);
    const everyStep = this.takesLengths && !lengths;
    const classes = this.#classes;
    const answers = everyStep ? batch * steps : batch;
    if (answers * classes > maxKeptValues) refuseAnswer(`"${input.name}"`, answers * classes);
    const scores = new Float32Array(answers * classes);
    // Memory of a model only grows: many rows at once would keep it for ever.
    const atOnce = Math.max(1, Math.floor(maxRowSteps / steps / 16));
    const values = sizeOf(row);
    let at = 0;
    try {
      for (let from = 0; from < batch; from += atOnce) {
        const rows = Math.min(atOnce, batch - from);
        const part = (input.data as Float32Array).subarray(from * values, (from + rows) * values);
        const ends = lengths?.slice(from, from + rows);
        const positions = positionsOf(rows, steps, everyStep, ends);
        this.#scorer.score(part, { batch: rows, steps }, positions, (_, all, offset) => {
          scores.set(all.subarray(offset, offset + classes), at);
          if (this.#says === 'probabilities' && !logits) softmaxRow(scores, at, classes);
          at += classes;
        });
      }
    } catch (error) {
      if (error instanceof RangeError)
        refuseInput(`The tensor "${input.name}" holds what the model does not take: ${error.message}`);
      throw error;
    }
    const shape = everyStep ? [batch, steps, classes] : [batch, classes];
    return [{ name: spec.name, datatype: 'FP32', shape, data: scores }];
  }

  close(): Promise<void> {
    return this.#scorer.close();
  }
}

/** Positions of rows of `steps` steps: every one, or the last valid one of each row. */
function positionsOf(
  rows: number,
  steps: number,
  everyStep: boolean,
  lengths: readonly number[] | undefined,
): readonly number[] {
  const positions: number[] = [];
  if (everyStep) for (let at = 0; at < rows * steps; at++) positions.push(at);
  else for (let row = 0; row < rows; row++) positions.push(row * steps + (lengths?.[row] ?? steps) - 1);
  return positions;
}
