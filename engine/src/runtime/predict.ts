import { messageOf } from '@murmuration/protocol/errors/errors';
import { createPredictor, createScorer } from '../fused/create.ts';
import { topologyOf } from '../fused/model-topology.ts';
import type { FusedScorer } from '../fused/scorer.ts';
import type { Topology } from '../fused/topology.ts';
import type { Unrecognised } from '../fused/unrecognised.ts';
import { type Predictor, requireToken, type Suggestion } from '../inference/predictor.ts';
import type { Scorer } from '../inference/scorer.ts';
import { softmax } from '../inference/softmax.ts';
import { readWeights } from '../models/model.ts';
import { type Apply, logitsOf } from '../models/outputs.ts';
import { readTidily } from '../tfjs/read.ts';
import * as tf from '../tfjs/tf.ts';

/** Predictor, its kernels, and the reason for them. */
export interface ChosenPredictor {
  readonly predictor: Predictor;
  readonly engine: 'fused' | 'generic';
  readonly reason: string;
}

/**
 * Opens a next-token model with its current weights. It takes tokens `[batch, steps]` and gives logits at the
 * last position or at each, or a softmax of them, which is left out. It runs on the fused kernels if they
 * know its layers, otherwise on the current tfjs backend, which runs the whole sequence again for new scores.
 * Rejects with `RangeError` for a model over values.
 */
export async function predictorOf(model: tf.LayersModel): Promise<ChosenPredictor> {
  const topology = topologyOf(model);
  if ('features' in topology && topology.features.kind !== 'tokens')
    throw new RangeError('The model takes features, not tokens.');
  const { reason, fused } = await known(model, topology, createPredictor);
  return { predictor: fused ?? new GenericPredictor(model), engine: fused ? 'fused' : 'generic', reason };
}

/**
 * Opens a model for whole sequences, or for rows of values such as images.
 *
 * @param threads number of threads that share the work of the fused kernels, where threads can share memory;
 * more help while processors are idle.
 */
export async function scorerOf(model: tf.LayersModel, threads = 1): Promise<Scorer> {
  const { fused } = await fusedScorerOf(model, threads);
  return fused ?? genericScorer(model);
}

async function fusedScorerOf(
  model: tf.LayersModel,
  threads: number,
): Promise<{ readonly reason: string; readonly fused?: FusedScorer }> {
  const topology = topologyOf(model);
  const together = threads > 1 ? await known(model, topology, withThreads(threads)) : undefined;
  return together?.fused ? together : known(model, topology, withThreads(1));
}

function withThreads(threads: number) {
  return (topology: Topology, weights: Float32Array) => createScorer(topology, weights, threads);
}

/** Runs `create` for a model that the fused kernels know, or returns the reason why there is no result. */
async function known<Fused>(
  model: tf.LayersModel,
  topology: Topology | Unrecognised,
  create: (topology: Topology, weights: Float32Array) => Promise<Fused>,
): Promise<{ readonly reason: string; readonly fused?: Fused }> {
  if ('reason' in topology) return topology;
  const weights = readWeights(model, new Float32Array(model.countParams()));
  try {
    return { reason: 'the fused kernels know all layers', fused: await create(topology, weights) };
  } catch (cause) {
    return { reason: `the fused kernels do not start: ${messageOf(cause)}` };
  }
}

function genericScorer(model: tf.LayersModel): Scorer {
  const logits = logitsOf(model);
  return {
    score(values, { batch, steps }, positions, visit) {
      const [{ shape, dtype }] = model.inputs as [tf.SymbolicTensor];
      const scores = readTidily(() => {
        const [, ...row] = shape.map(length => length ?? steps);
        const inputs = tf.tensor(Float32Array.from(values), [batch, ...row]).cast(dtype);
        return logits(inputs).dataSync() as Float32Array;
      });
      const [output] = model.outputs as [tf.SymbolicTensor];
      const every = output.shape.length === 3;
      for (const position of positions)
        visit(position, scores, (every ? position : Math.floor(position / steps)) * output.shape.at(-1)!);
    },
    async close() {},
  };
}

class GenericPredictor implements Predictor {
  readonly tokens: number;
  readonly #logits: Apply;
  readonly #sequence: number[] = [];
  /** Scores of the sequence so far; null until they are asked for. */
  #scores: Float32Array | null;

  constructor(model: tf.LayersModel) {
    this.#logits = logitsOf(model);
    this.tokens = model.outputs[0]!.shape.at(-1)!;
    this.#scores = new Float32Array(this.tokens);
  }

  begin(): void {
    this.#sequence.length = 0;
    this.#scores = new Float32Array(this.tokens);
  }

  next(token: number): void {
    requireToken(token, this.tokens);
    this.#sequence.push(token);
    this.#scores = null;
  }

  state(): Int32Array {
    return Int32Array.from(this.#sequence);
  }

  resume(state: Int32Array): void {
    this.#sequence.splice(0, this.#sequence.length, ...state);
    this.#scores = null;
  }

  scores(): Float32Array {
    return this.#scored().slice();
  }

  probabilities(first: number): Float32Array {
    return softmax(this.#scored(), first);
  }

  #scored(): Float32Array {
    this.#scores ??= readTidily(() => {
      const all = this.#logits(tf.tensor2d([this.#sequence], undefined, 'int32')).dataSync() as Float32Array;
      return all.slice(-this.tokens);
    });
    return this.#scores;
  }

  top(count: number, from = 0): Suggestion[] {
    const best: Suggestion[] = [];
    const scores = this.#scored();
    for (let token = from; token < this.tokens; token++) {
      const score = scores[token]!;
      if (Number.isNaN(score) || (best.length === count && !(score > (best.at(-1)?.score ?? Infinity))))
        continue;
      const place = best.findLastIndex(other => other.score >= score) + 1;
      best.splice(place, 0, { token, score });
      if (best.length > count) best.pop();
    }
    return best;
  }
}
