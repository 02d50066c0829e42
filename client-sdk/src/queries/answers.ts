import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { furtherOffers, offerOf } from '@murmuration/protocol/queries/offer';
import type { Query } from '@murmuration/protocol/queries/query';
import { parseQuery } from '@murmuration/protocol/queries/query-form';
import { queryHash as hash } from '@murmuration/protocol/queries/query-hash';
import { isSound, type TextPorts } from '@murmuration/protocol/queries/texts';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { HeldFloors } from '../floors/floors.ts';
import { Participations } from '../floors/participations.ts';
import { OutcomeRecord } from '../outcomes/outcome-record.ts';
import type { Part } from '../session/part.ts';
import type { SessionAnswers } from '../session/ports.ts';
import type { Storage } from '../storage/storage.ts';
import type { Answered } from '../update/prepare.ts';
import type { AnswerOptions } from './answer-options.ts';
import { AnsweredQueries, type Refusal } from './answered.ts';
import type { EvaluationPorts } from './own-evaluation.ts';

/** ms for which a query that the device has refused, or has no answer to, is not offered to be answered. */
const declinedFor = 3_600_000;

/** Offers that a check-in has room for. */
const mostOffers = 12;

/** What the answers of a task work with. */
export interface AnswerPorts {
  readonly clock: Clock;
  readonly floors: Pick<HeldFloors, 'queryThreshold' | 'queryPeriod' | 'privacy'>;
  /** By the name of the query. */
  readonly allowed: Readonly<Record<string, AnswerOptions>>;
  readonly storage: Storage;
  readonly task: TaskName;
  /** The version that the coordinator has named to this device to serve, once it is there; undefined: none is. */
  readonly named: () => Promise<ModelHash | undefined>;
  /** The value of a frame; throws `protocol.frame`. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The seed of the device's identity, which it keeps and sends to nobody. */
  readonly secret: () => Promise<Uint8Array | undefined>;
  readonly refusal: Refusal;
  /** What versions are measured with; left out of tasks that are not served. */
  readonly evaluation?: EvaluationPorts | undefined;
}

/** Makes an answer of the SDK's own; `began` is called once all files that it takes are here. */
type Measure = (signal: AbortSignal, began: () => void) => Promise<Answered>;

/** What an answer costs of the device's privacy. */
interface Cost {
  readonly require: (isMade: boolean) => Promise<void>;
  readonly count: () => Promise<void>;
}

/** Answers the queries of a task that the app allows, each once in its period. */
export class Answers implements SessionAnswers {
  readonly #ports: AnswerPorts;
  /** Until when queries are not offered, ms since 1970, by name. */
  readonly #declined = new Map<string, number>();

  readonly #answered: AnsweredQueries;

  constructor(ports: AnswerPorts) {
    this.#ports = ports;
    this.#answered = new AnsweredQueries(ports);
  }

  /** The offers of the queries that the device would answer now. */
  async open(): Promise<string[]> {
    const { allowed, clock } = this.#ports;
    const now = clock.now();
    const done = await this.#answered.inPeriod();
    const hasArm = async ({ kinds, answer }: AnswerOptions) => {
      if (answer || !kinds.every(kind => kind === 'arm')) return true;
      const version = await this.#ports.named();
      return version !== undefined && new OutcomeRecord(this.#ports).has(version);
    };
    const offers: string[] = [];
    for (const [name, options] of Object.entries(allowed)) {
      if (await hasArm(options)) offers.push(name);
      for (const kind of options.kinds) offers.push(...furtherOffers(name, kind));
    }
    return offers
      .filter(offer => !done.has(offer) && now >= (this.#declined.get(offer) ?? 0))
      .slice(0, mostOffers);
  }

  /** The part of a device that answers the query of an assignment. */
  part(assignment: Assignment): Part {
    const { clock } = this.#ports;
    const answered = this.#answered;
    let vector: Answered | undefined;
    let query: Query | undefined;
    let cost: Cost | undefined;
    let began: number | undefined;
    let measure: Measure | undefined;
    return {
      get query() {
        return query?.name;
      },
      get smallestSum() {
        return Math.max(query?.threshold ?? 0, assignment.plan.privacy?.noise?.quorum ?? 0);
      },
      require: async (_, isMade) => {
        query = this.#read(assignment);
        try {
          this.#requireAllowed(query, assignment);
          await this.#requireArm(query);
          cost = await this.#costOf(query, assignment);
          await cost.require(isMade);
          // The answer of a part that was begun before a restart is made.
          if (!(await answered.requireOpen(query, assignment.assignment))) {
            measure = await this.#measuring(query, assignment);
            if (!measure) vector = await this.#answer(query, assignment);
          }
        } catch (error) {
          this.#declined.set(offerOf(query), clock.now() + declinedFor);
          throw error;
        }
      },
      async make(signal) {
        vector ??= await measure?.(signal, () => {
          began = clock.now();
        });
        if (!vector) throw new MurmurationError('round.begun');
        return vector;
      },
      began: () => began,
      async count() {
        await cost!.count();
        await answered.count(query!, assignment.assignment);
      },
    };
  }

  /** What the answer to a query costs of the device's privacy, by the device's own account. Throws `plan.below-floor` for noise that the query does not ask for. */
  async #costOf(query: Query, { plan, assignment }: Assignment): Promise<Cost> {
    const { storage, task, floors, refusal } = this.#ports;
    const { name, privacy } = query;
    const noise = plan.privacy?.noise;
    if (!privacy !== !plan.privacy || !privacy !== !noise || noise?.kind !== privacy?.noise)
      throw refusal(
        'privacy',
        `The query "${name}" and its plan differ in the noise that devices add to their answers.`,
      );
    const record = new Participations(storage, task, floors.privacy, {
      name,
      ...(privacy && {
        noise: { epsilon: privacy.epsilon, delta: privacy.delta, of: await this.#noiseOf(query, plan) },
      }),
    });
    return {
      require: isMade => record.require(plan, assignment, isMade),
      count: () => record.count(plan, assignment),
    };
  }

  async #noiseOf(query: Query, plan: Assignment['plan']): Promise<Distributed> {
    const { answerNoise } = await import('@murmuration/privacy/mechanisms/answer-noise');
    try {
      return answerNoise(plan, query, plan.privacy!.noise!);
    } catch (error) {
      throw this.#ports.refusal('privacy', (error as MurmurationError).detail);
    }
  }

  /** Throws `plan.below-floor` for what is no query, or one of a kind that the SDK does not know. */
  #read({ plan }: Assignment): Query {
    try {
      return parseQuery(this.#ports.decode(plan.query!));
    } catch (cause) {
      throw this.#ports.refusal('queries', `The device can't read the query: ${(cause as Error).message}`);
    }
  }

  #requireAllowed(query: Query, { plan }: Assignment): void {
    const { name, kind, threshold, period } = query;
    const { allowed, floors, refusal } = this.#ports;
    const options = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (!options) throw refusal('queries', `The app answers no query "${name}".`);
    if (!options.kinds.includes(kind))
      throw refusal('queries', `The app answers the query "${name}" for no ${kind}.`);
    if (!plan.masking) throw refusal('masking', `The query "${name}" asks for answers without masks.`);
    if (threshold < floors.queryThreshold)
      throw refusal(
        'queryThreshold',
        `The query "${name}" shows what ${threshold} devices say; the app asks for ${floors.queryThreshold} or more.`,
      );
    if (period < floors.queryPeriod)
      throw refusal(
        'queryPeriod',
        `The query "${name}" asks once in ${period} ms; the app asks for ${floors.queryPeriod} ms or more.`,
      );
    if (!isSound(query, plan.largestCohort))
      throw refusal(
        'queries',
        `The query "${name}" asks for texts in more buckets, or for more n-grams, than devices can have filled, or has too few buckets for its texts.`,
      );
  }

  /** Throws `plan.below-floor` where a query is not about the arm that this device has. */
  async #requireArm(query: Query): Promise<void> {
    if (query.kind !== 'arm' || (query.arm && query.arm.version === (await this.#ports.named()))) return;
    throw this.#ports.refusal(
      'queries',
      `The query "${query.name}" asks about another version than the one that was named to this device.`,
    );
  }

  /** Throws `training.no-examples` where the app has no answer, `options.invalid` for one of another kind than the query's. */
  async #answer(query: Query, { plan }: Assignment): Promise<Answered> {
    const options = this.#ports.allowed[query.name]!;
    const isTold = query.kind === 'outcomes' || query.kind === 'arm';
    const answer = await (options.answer || !isTold
      ? options.answer?.(query)
      : new OutcomeRecord(this.#ports).answer(query));
    if (answer === undefined)
      throw new MurmurationError(
        'training.no-examples',
        `The app has no answer to the query "${query.name}" now.`,
      );
    const ports = query.kind === 'heavy-hitters' ? await this.#textPorts() : undefined;
    return answerOf(query, answer, plan, ports);
  }

  /**
   * What answers from the device's examples, once its first message is on its way: how long that takes tells how many there are. Undefined for
   * what the app answers, and for other kinds. Throws `training.no-examples` where there is nothing to answer from, or nothing runs the model, and as
   * `ownSequences`.
   */
  async #measuring(query: Query, { plan }: Assignment): Promise<Measure | undefined> {
    const { evaluation, allowed, refusal } = this.#ports;
    const { answer, slice } = allowed[query.name]!;
    if (answer) return undefined;
    if (query.kind === 'ngrams') {
      const { ownSequences } = await import('./own-sequences.ts');
      const read = await ownSequences(query, evaluation, detail => refusal('queries', detail));
      return async () => answerOf(query, await read(), plan);
    }
    if (query.kind !== 'evaluation') return undefined;
    const { heldOutExamples, holdsOut, ownEvaluation } = await import('./own-evaluation.ts');
    if (!evaluation || !(await holdsOut(evaluation)))
      throw new MurmurationError(
        'training.no-examples',
        `The device has no held-out examples for the query "${query.name}" now${evaluation ? '' : ', since its task is not served'}.`,
      );
    const read = () => heldOutExamples(evaluation, query.examples);
    return async (signal, began) =>
      answerOf(query, await ownEvaluation(query, read, evaluation, signal, slice, began), plan);
  }

  /** So that a device says the same piece of a text as long as it is the same device. Throws `storage.failed` where it has no identity any more. */
  async #textPorts(): Promise<TextPorts> {
    const seed = await this.#ports.secret();
    if (!seed)
      throw new MurmurationError('storage.failed', 'The identity of the device is no longer stored.');
    return {
      hash,
      secret: hash(Uint8Array.of(...new TextEncoder().encode('murmuration pieces 1\n'), ...seed)),
    };
  }
}

/** An answer as ring elements. Throws as `encodeAnswer`. */
function answerOf(
  query: Query,
  answer: Answer,
  { largestCohort, privacy }: Plan,
  ports?: TextPorts,
): Answered {
  const width = privacy?.noise?.width ?? queryForm(query, largestCohort).width;
  return { elements: encodeAnswer(query, answer, ports), width };
}
