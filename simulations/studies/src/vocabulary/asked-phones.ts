import { answering } from '@murmuration/client-sdk/client/answering';
import { identityName } from '@murmuration/client-sdk/device/identity';
import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import type { SessionAnswers } from '@murmuration/client-sdk/session/ports';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { type Answered, prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { type AssignmentId, type ModelHash, type RoundId, randomId } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { type Assignment, assignmentOf } from '@murmuration/protocol/messages/round';
import type { Figures } from '@murmuration/protocol/queries/figures';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { sideAsked, sideOf } from '@murmuration/protocol/queries/sides';
import type { Answer } from '@murmuration/protocol/queries/vector';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { AnswerSum } from '@murmuration/rounds/aggregation/answer-sum';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { MaskedCohort } from '../leak-audit/masked-cohort.ts';

/** Result of one round, and its traffic. */
export interface AskedRound {
  readonly figures: Figures;
  /** Numbers of the phones that answered, those on the side of the round. */
  readonly phones: readonly number[];
  /** Bytes of a phone's answer. */
  readonly answerBytes: number;
  /** Mean bytes that a phone sends for masking, in addition to its answer. */
  readonly maskingBytes: number;
}

const task = 'keyboard' as Plan['task'];

/**
 * Phones that answer a query with the devices' code and the floors of virtual devices: those on the side of
 * the query, each once per round.
 */
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

  /**
   * Opens the phones.
   * @param answers each phone's answer
   * @param unmasker without one, answers are added up without masks
   * @param areOnSide puts all phones on the side of the query
   */
  static async open({
    name,
    kind,
    answers,
    random,
    unmasker,
    areOnSide = false,
  }: {
    readonly name: string;
    readonly kind: QueryKind;
    readonly answers: readonly Answer[];
    readonly random: RandomBytes;
    readonly unmasker: Unmasker | undefined;
    readonly areOnSide?: boolean;
  }): Promise<AskedPhones> {
    const side = areOnSide ? sideAsked(kind, 1) : undefined;
    const identity = (): Uint8Array => {
      for (;;) {
        const seed = random(32);
        if (!side || sideOf(seed, name) === side) return seed;
      }
    };
    const phones = answers.map(async own => {
      const storage = memoryStorage();
      await storage.put(identityName, identity());
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

  /**
   * Runs one round with all phones that would answer.
   * @throws the errors with which devices refuse a query, and `config.invalid` if there is no room
   */
  async ask(query: Query): Promise<AskedRound> {
    const bytes = writeQuery(query);
    const numbers: number[] = [];
    for (const [number, phone] of this.#phones.entries())
      if ((await phone.open()).includes(offerOf(query))) numbers.push(number);
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
      largestCohort: numbers.length,
      grace: 0,
      query: bytes,
    };
    const sum = new AnswerSum(query, plan);
    const phones = numbers.map(number => this.#phones[number]!);
    const round = this.#unmasker
      ? await this.#masked(plan, sum, phones, this.#unmasker)
      : await this.#plain(plan, sum, phones);
    return { ...round, phones: numbers };
  }

  async #masked(
    plan: Plan,
    sum: AnswerSum,
    phones: readonly SessionAnswers[],
    unmasker: Unmasker,
  ): Promise<Omit<AskedRound, 'phones'>> {
    const cohort = new MaskedCohort(plan, phones.length, this.#random);
    const uploads: Uint8Array[] = [];
    for (const [i, phone] of phones.entries()) {
      const answer = await answerOf(phone, cohort.phones[i]!.assignment);
      uploads.push(cohort.upload(i, answer, this.#random));
    }
    await cohort.addUp(uploads, sum, unmasker);
    return { figures: sum.figures(), answerBytes: uploads[0]!.length, maskingBytes: cohort.bytesSaid };
  }

  async #plain(
    plan: Plan,
    sum: AnswerSum,
    phones: readonly SessionAnswers[],
  ): Promise<Omit<AskedRound, 'phones'>> {
    const round = randomId<RoundId>(this.#random);
    let answerBytes = 0;
    for (const phone of phones) {
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

/** Returns a device's answer in its part. */
async function answerOf(phone: SessionAnswers, assignment: Assignment): Promise<Answered> {
  const part = phone.part(assignment);
  const { signal } = new AbortController();
  await part.require(signal, false);
  const answer = await part.make(signal, () => {});
  await part.count();
  return answer as Answered;
}
