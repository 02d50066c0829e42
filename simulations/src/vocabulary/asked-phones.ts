import { answering } from '@murmuration/client-sdk/client/answering';
import { identityName } from '@murmuration/client-sdk/device/identity';
import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import type { SessionAnswers } from '@murmuration/client-sdk/session/ports';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { type Answered, prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { AnswerSum } from '@murmuration/coordinator/aggregation/answer-sum';
import type { Unmasker } from '@murmuration/coordinator/masking/unmasker';
import { type AssignmentId, type ModelHash, type RoundId, randomId } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { type Assignment, assignmentOf } from '@murmuration/protocol/messages/round';
import type { Figures } from '@murmuration/protocol/queries/figures';
import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import type { Answer } from '@murmuration/protocol/queries/vector';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { simulatedFloors } from '../devices/floors.ts';
import { MaskedCohort } from '../leak-audit/masked-cohort.ts';

/** What one round has found, and what it took. */
export interface AskedRound {
  readonly figures: Figures;
  /** Of the answer of a phone. */
  readonly answerBytes: number;
  /** What a phone says beside it so that it is masked, on average. */
  readonly maskingBytes: number;
}

const task = 'keyboard' as Plan['task'];

/** Phones that answer a query as devices do, each once a round, with the floors of virtual ones. */
export class AskedPhones {
  readonly #phones: readonly SessionAnswers[];
  readonly #random: RandomBytes;
  readonly #unmasker: Unmasker | undefined;

  private constructor(
    phones: readonly SessionAnswers[],
    random: RandomBytes,
    unmasker: Unmasker | undefined,
  ) {
    this.#phones = phones;
    this.#random = random;
    this.#unmasker = unmasker;
  }

  /** `answers`: what each phone says. Without an unmasker answers are added up without masks. */
  static async open({
    name,
    kind,
    answers,
    random,
    unmasker,
  }: {
    readonly name: string;
    readonly kind: QueryKind;
    readonly answers: readonly Answer[];
    readonly random: RandomBytes;
    readonly unmasker: Unmasker | undefined;
  }): Promise<AskedPhones> {
    const phones = answers.map(async own => {
      const storage = memoryStorage();
      await storage.put(identityName, random(32));
      const allowed = {
        [name]: { kinds: [kind], answer: () => own },
      };
      const named = async () => undefined;
      return answering({
        clock: systemClock,
        floors: heldFloors(simulatedFloors),
        allowed,
        storage,
        task,
        named,
      })();
    });
    return new AskedPhones(await Promise.all(phones), random, unmasker);
  }

  /** One round, in which all of them take part. Throws what devices refuse a query with, and `config.invalid` where there is no room. */
  async ask(query: Query): Promise<AskedRound> {
    const bytes = writeQuery(query);
    const plan: Plan = {
      task,
      version: 1,
      model: '0'.repeat(64) as ModelHash,
      training: {
        epochs: 1,
        batchSize: 1,
        learningRate: 1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 1,
        seed: 0,
      },
      update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 },
      masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' },
      largestCohort: this.#phones.length,
      grace: 0,
      query: bytes,
    };
    const sum = new AnswerSum(query, plan);
    return this.#unmasker ? this.#masked(plan, sum, this.#unmasker) : this.#plain(plan, sum);
  }

  async #masked(plan: Plan, sum: AnswerSum, unmasker: Unmasker): Promise<AskedRound> {
    const cohort = new MaskedCohort(plan, this.#phones.length, this.#random);
    const uploads: Uint8Array[] = [];
    for (const [i, phone] of this.#phones.entries()) {
      const answer = await answerOf(phone, cohort.phones[i]!.assignment);
      uploads.push(cohort.upload(i, answer, this.#random));
    }
    await cohort.addUp(uploads, sum, unmasker);
    return { figures: sum.figures(), answerBytes: uploads[0]!.length, maskingBytes: cohort.bytesSaid };
  }

  async #plain(plan: Plan, sum: AnswerSum): Promise<AskedRound> {
    const round = randomId<RoundId>(this.#random);
    let answerBytes = 0;
    for (const phone of this.#phones) {
      const assignment = assignmentOf({
        round,
        number: 1,
        assignment: randomId<AssignmentId>(this.#random),
        token: this.#random(32),
        plan,
        deadline: 0,
      });
      const upload = prepareUpdate(await answerOf(phone, assignment), assignment, this.#random);
      sum.add(upload);
      answerBytes = upload.length;
    }
    return { figures: sum.figures(), answerBytes, maskingBytes: 0 };
  }
}

/** What a device says in its part. */
async function answerOf(phone: SessionAnswers, assignment: Assignment): Promise<Answered> {
  const part = phone.part(assignment);
  const { signal } = new AbortController();
  await part.require(signal, false);
  const answer = await part.make(signal, () => {});
  await part.count();
  return answer as Answered;
}
