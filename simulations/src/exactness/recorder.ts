import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { clip } from '@murmuration/client-sdk/update/clip';
import { weightOf } from '@murmuration/client-sdk/update/weigh';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';

/** What a phone's update was before its masks: its quantised values, its weight last. */
export interface PlainUpdate {
  readonly assignment: string;
  /** Ring elements, packed as on the wire. */
  readonly packed: Uint8Array;
}

/** What the phones of a task were told to do with what they learn. */
export type UpdatePlan = Pick<Plan, 'training' | 'update' | 'largestCohort'>;

/**
 * Watches one phone from outside of its client: what its trainer learned and which random bytes its rounding took; from these
 * it computes the update a second time when the phone sends its own, masked or not, and `tell`s it.
 */
export class Recorder {
  readonly #plan: UpdatePlan;
  readonly #tell: (update: PlainUpdate) => void;
  #learned: Pick<TrainingResult, 'delta' | 'examples'> | undefined;
  /** Drawn since the end of the training, in order: the rounding comes first. */
  #drawn: Uint8Array[] = [];

  constructor(plan: UpdatePlan, tell: (update: PlainUpdate) => void) {
    this.#plan = plan;
    this.#tell = tell;
  }

  trainer(trainer: Trainer): Trainer {
    return {
      ...trainer,
      train: async (...job) => {
        const result = await trainer.train(...job);
        // A copy: the client clips the delta in place.
        this.#learned = { delta: result.delta.slice(), examples: result.examples };
        this.#drawn = [];
        return result;
      },
    };
  }

  random(random: RandomBytes): RandomBytes {
    return length => {
      const bytes = random(length);
      if (this.#learned) this.#drawn.push(bytes);
      return bytes;
    };
  }

  transport(transport: Transport): Transport {
    return {
      ...transport,
      upload: (path, ...rest) => {
        const [, , , round, , assignment] = path.split('/');
        this.#sent(round!, assignment!);
        return transport.upload(path, ...rest);
      },
    };
  }

  /** The first time that an update is sent. */
  #sent(round: string, assignment: string): void {
    const [learned, drawn] = [this.#learned, this.#drawn];
    if (!learned) return;
    this.#learned = undefined;
    this.#drawn = [];
    const { delta, examples } = learned;
    const { update, largestCohort } = this.#plan;
    clip(delta, update.clip);
    const quantization = quantizationFor(delta.length, { ...update, largestCohort });
    const weight = weightOf(examples, this.#plan);
    const elements = quantize(delta, weight, quantization, round, () => drawn.shift()!);
    this.#tell({ assignment, packed: packRing(elements, quantization.width) });
  }
}
