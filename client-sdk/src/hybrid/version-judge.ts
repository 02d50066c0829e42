import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { withKeptLayers } from '../private-layers/kept-layers.ts';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import { probabilitiesOfWhatCame } from './comparison.ts';
import type { HybridEvents } from './events.ts';
import type { Inference, OpenModel } from './inference.ts';
import type { Verdicts } from './verdicts.ts';

/** Default of `HybridOptions.margin`, nats. */
const defaultMargin = 0.1;
/** Questions below which chance would decide: the new version serves. */
const fewestQuestions = 20;
/** Lower bound of probabilities, so that one question can't decide for all. */
const minProbability = 1e-6;

/** Version of the global model, opened. */
export interface GlobalVersion {
  readonly files: ModelFiles;
  readonly model: OpenModel;
}

export interface JudgePorts {
  readonly task: TaskName;
  readonly serving: Serving<unknown>;
  readonly inference: Inference;
  readonly privateLayers: PrivateLayers;
  readonly verdicts: Verdicts;
  /** Nats, 0 or more; infinite: every version serves. */
  readonly margin?: number | undefined;
  readonly emit: (name: 'version', ...args: Parameters<HybridEvents['version']>) => void;
}

/** Keeps a device on its version if a new one does worse on the device's held-out examples. */
export class VersionJudge {
  readonly #ports: JudgePorts;

  constructor(ports: JudgePorts) {
    this.#ports = ports;
  }

  async hasRefused(model: ModelHash): Promise<boolean> {
    return (await this.#ports.verdicts.on(model)) === 'refused';
  }

  /**
   * Returns true if `next` may replace `before`: its mean loss on the held-out examples is higher by at most
   * the margin, or there are too few examples. With private layers both are judged with the device's own.
   * Throws the reason of `signal` once it is aborted.
   */
  async admits(
    next: GlobalVersion,
    before: GlobalVersion,
    heldOut: readonly unknown[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { task, verdicts, emit, margin = defaultMargin } = this.#ports;
    const losses = await this.#losses(next, before, heldOut, signal);
    if (!losses) return true;
    const verdict = losses.next > losses.before + margin ? 'refused' : 'kept';
    const { hash: model } = next.files;
    const serving = verdict === 'kept' ? model : before.files.hash;
    await verdicts.add(model, verdict);
    emit('version', { task, model, verdict, serving, losses });
    return verdict === 'kept';
  }

  /** Returns the mean losses on the same questions, in nats; undefined if there are too few. */
  async #losses(
    next: GlobalVersion,
    before: GlobalVersion,
    heldOut: readonly unknown[],
    signal: AbortSignal,
  ): Promise<{ readonly next: number; readonly before: number } | undefined> {
    const opened: OpenModel[] = [];
    try {
      const models: OpenModel[] = [];
      for (const version of [next, before]) models.push(await this.#asServed(version, opened));
      const [ofNext, ofBefore] = await probabilitiesOfWhatCame(models, heldOut, this.#ports.serving, signal);
      if (ofNext!.length < fewestQuestions) return undefined;
      return { next: meanLoss(ofNext!), before: meanLoss(ofBefore!) };
    } finally {
      await Promise.all(opened.map(model => model.close()));
    }
  }

  /**
   * Returns the version with the device's private layers, if they fit: initial
   * private layers say nothing about it.
   */
  async #asServed({ files, model }: GlobalVersion, opened: OpenModel[]): Promise<OpenModel> {
    const { privateLayers, inference } = this.#ports;
    const kept = await privateLayers.kept();
    const own = kept && withKeptLayers(files, kept);
    if (!own) return model;
    const open = await inference.open(own);
    opened.push(open);
    return open;
  }
}

function meanLoss(probabilities: Float32Array): number {
  let sum = 0;
  for (const probability of probabilities) sum -= Math.log(Math.max(probability, minProbability));
  return sum / probabilities.length;
}
