import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { clip } from '@murmuration/client-sdk/update/clip';
import { weightOf } from '@murmuration/client-sdk/update/weigh';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { decodeAssignment } from '@murmuration/protocol/messages/round';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { AnswerRecorder, type RecordedQuery } from './answer-recorder.ts';
import type { PlainUpdate } from './plain-update.ts';

/** Settings of a plan from which an update follows. */
export type UpdatePlan = Pick<Plan, 'training' | 'update' | 'largestCohort'>;

/**
 * Maximum assignments of queries that are remembered: a phone has a part in one round of each of its tasks.
 */
const maxQueryAssignments = 8;

/**
 * Watches a phone from outside of its client: the result of its trainer and the random bytes of its rounding.
 * From these it computes the update a second time when the phone sends its own, masked or not, and passes it
 * to `tell`. Passes answers to queries that `answers` has wrapped to `tellAnswer` in the same way.
 */
export class UpdateRecorder {
  readonly #plan: UpdatePlan;
  readonly #tell: (update: PlainUpdate) => void;
  readonly #tellAnswer: (answer: PlainUpdate) => void;
  readonly #answers = new AnswerRecorder();
  /** Queries by assignment. */
  readonly #asked = new Map<string, RecordedQuery>();
  #learned: Pick<TrainingResult, 'delta' | 'examples'> | undefined;
  /** Bytes drawn since the end of the training, in order: the rounding comes first. */
  #drawn: Uint8Array[] = [];

  constructor(
    plan: UpdatePlan,
    tell: (update: PlainUpdate) => void,
    tellAnswer: (answer: PlainUpdate) => void = () => {},
  ) {
    this.#plan = plan;
    this.#tell = tell;
    this.#tellAnswer = tellAnswer;
  }

  /** Wraps answers so that they are reported. */
  answers(options: Readonly<Record<string, AnswerOptions>>): Readonly<Record<string, AnswerOptions>> {
    return this.#answers.answers(options);
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
      open: listener =>
        transport.open({
          ...listener,
          message: (event, frame) => {
            if (event === 'assignment') this.#assigned(frame);
            listener.message(event, frame);
          },
        }),
      upload: (path, ...rest) => {
        const [, , , round, , assignment] = path.split('/');
        this.#sent(round!, assignment!);
        return transport.upload(path, ...rest);
      },
    };
  }

  #assigned(frame: Uint8Array): void {
    const { assignment, plan } = decodeAssignment(frame);
    const query = queryOf(plan);
    if (!query) return;
    this.#asked.set(assignment, { query, largestCohort: plan.largestCohort });
    if (this.#asked.size > maxQueryAssignments) this.#asked.delete(this.#asked.keys().next().value!);
  }

  /** Reports an update, or an answer, when it is sent for the first time. */
  #sent(round: string, assignment: string): void {
    const asked = this.#asked.get(assignment);
    if (asked) {
      const answer = this.#answers.sent(assignment, asked);
      if (answer) this.#tellAnswer(answer);
      return;
    }
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
