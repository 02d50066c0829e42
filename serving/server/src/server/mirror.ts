import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { Variant } from '../experiments/experiment.ts';
import type { LoadedModel, Runtime } from '../runtime/runtime.ts';
import type { ModelSource } from '../source/source.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { answerOnce } from './answer-once.ts';
import type { Turns } from './turns.ts';

/** Maximum requests that wait to be mirrored; more are left out. */
const maxWaitingRequests = 32;
/** Maximum elements of a mirrored request. */
const maxMirroredElements = 1 << 20;

/** Result of a mirrored version for a request that another version answered. */
export interface Shadowed {
  readonly model: string;
  readonly variant: Variant;
  /** Milliseconds of the run. */
  readonly ms: number;
  /** Outputs; null if it failed. */
  readonly outputs: readonly Tensor[] | null;
  /** Outputs of the version that answered. */
  readonly answered: readonly Tensor[];
}

export interface MirrorRequest {
  readonly model: string;
  readonly version: string;
  readonly variant: Variant;
  readonly inputs: readonly Tensor[];
  readonly answered: readonly Tensor[];
}

interface Ports {
  readonly source: ModelSource;
  /** Separate runtime, so that mirroring takes no turn from answers. */
  readonly runtime: Runtime;
  readonly transformers: (model: string) => Transformer | undefined;
  readonly turns: Turns;
  readonly done: (shadowed: Shadowed) => void;
  /** Called when a request was left out, since too many wait or it is too large. */
  readonly dropped: (variant: Variant) => void;
  readonly fault: (where: string, error: unknown) => void;
}

/**
 * Runs versions on requests that others have answered: after the answer, one at a time, in a separate
 * runtime. Requests without room are left out, and errors here never reach the caller.
 */
export class Mirror {
  readonly #ports: Ports;
  readonly #waiting: MirrorRequest[] = [];
  #loaded: { readonly key: string; readonly model: LoadedModel } | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Queues an answered request. */
  take(request: MirrorRequest): void {
    const elements = request.inputs.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#isClosed || this.#waiting.length >= maxWaitingRequests || elements > maxMirroredElements) {
      this.#ports.dropped(request.variant);
      return;
    }
    this.#waiting.push(request);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits for the run under way, and frees the model. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    await this.#running;
    await this.#loaded?.model.close();
    await this.#ports.runtime.close();
  }

  async #run(): Promise<void> {
    for (;;) {
      // Answers go first.
      await new Promise<void>(resolve => this.#ports.turns.soon(resolve));
      const next = this.#waiting.shift();
      if (!next) return;
      await this.#shadow(next);
    }
  }

  async #shadow({ model: name, version, variant, inputs, answered }: MirrorRequest): Promise<void> {
    const { turns, transformers, done, fault } = this.#ports;
    let outputs: readonly Tensor[] | null = null;
    let ms = 0;
    try {
      const model = await this.#load(name, version);
      const given = transformers(name);
      const transformer = given?.inputs.some(spec => spec.name === inputs[0]?.name) ? given : undefined;
      const began = turns.now();
      outputs = await answerOnce(name, model, transformer, inputs);
      ms = turns.now() - began;
    } catch (error) {
      fault('mirroring a request', error);
    }
    done({ model: name, variant, ms, outputs, answered });
  }

  async #load(name: string, version: string): Promise<LoadedModel> {
    const key = `${name}\n${version}`;
    if (this.#loaded?.key === key) return this.#loaded.model;
    await this.#loaded?.model.close();
    this.#loaded = undefined;
    const { source, runtime } = this.#ports;
    const model = await runtime.load(await source.content(await source.resolve(name, version)));
    this.#loaded = { key, model };
    return model;
  }
}
