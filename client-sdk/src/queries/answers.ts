import type { Distributed } from '@murmuration/privacy/mechanisms/distributed';
import { concatBytes, utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { offerOf, offersOf, roundOf } from '@murmuration/protocol/queries/offer';
import type { Query } from '@murmuration/protocol/queries/query';
import { parseQuery } from '@murmuration/protocol/queries/query-form';
import { queryHash as hash } from '@murmuration/protocol/queries/query-hash';
import { type Side, sideAsked, sideOf } from '@murmuration/protocol/queries/sides';
import { isSound, type TextPorts } from '@murmuration/protocol/queries/texts';
import { Participations } from '../floors/participations.ts';
import { OutcomeRecord } from '../outcomes/outcome-record.ts';
import type { AnyPart } from '../session/part.ts';
import type { SessionAnswers } from '../session/ports.ts';
import type { Answered } from '../update/prepare.ts';
import type { AnswerOptions } from './answer-options.ts';
import type { AnswerPorts } from './answer-ports.ts';
import { AnsweredQueries, type Sum } from './answered.ts';
import { answerOf, type Measure, measureOf } from './measure.ts';
import { chainOf, sourceOf, sumOf, textIn, versionSource } from './sources.ts';

/** Milliseconds for which a refused or unanswerable query is not offered. */
const declinedFor = 3_600_000;

/** Most offers in a check-in. */
const mostOffers = 12;

/** Privacy cost of an answer. */
interface Cost {
  readonly require: (isMade: boolean) => Promise<void>;
  readonly count: () => Promise<void>;
}

/** Answers of a task to the queries that the app allows, each once in its period. */
export class Answers implements SessionAnswers {
  readonly #ports: AnswerPorts;
  /** Times until which queries are not offered, ms since 1970, by name. */
  readonly #declined = new Map<string, number>();

  readonly #answered: AnsweredQueries;

  constructor(ports: AnswerPorts) {
    this.#ports = ports;
    this.#answered = new AnsweredQueries(ports);
  }

  /** Returns the offers of the queries that the device would answer now. */
  async open(): Promise<string[]> {
    const { allowed, clock, task } = this.#ports;
    await this.#takeOver();
    const now = clock.now();
    const isOpen = await this.#answered.openings();
    const isOfArm = ({ kinds, answer }: AnswerOptions) => !answer && kinds.every(kind => kind === 'arm');
    const version = Object.values(allowed).some(isOfArm) ? await this.#ports.named() : undefined;
    const hasTold = version !== undefined && (await new OutcomeRecord(this.#ports).has(version));
    const offers = new Set<string>();
    for (const [name, options] of Object.entries(allowed))
      for (const kind of options.kinds) {
        const source = sourceOf(name, options, kind, task);
        const chain = chainOf(task, name, kind);
        for (const round of offersOf(name, kind, await this.#sideOf(source))) {
          if (isOfArm(options) && !(hasTold && isOpen({ source: versionSource(version), chain, round })))
            continue;
          if (isOpen({ source, chain, round })) offers.add(round);
        }
      }
    return [...offers].filter(offer => now >= (this.#declined.get(offer) ?? 0)).slice(0, mostOffers);
  }

  /** Takes over the answers recorded by an older version. */
  #takeOver(): Promise<void> {
    const { task, allowed } = this.#ports;
    const sourceOfName = (name: string) => {
      const options = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
      return options ? sourceOf(name, options, options.kinds[0]!, task) : name;
    };
    return this.#answered.takeOver(task, sourceOfName, textIn(allowed, task));
  }

  /** Throws `storage.failed` if the device has lost its identity. */
  async #sideOf(source: string): Promise<Side> {
    return sideOf(await this.#seed(), source);
  }

  /** Returns the part of a device that answers the query of an assignment. */
  part(assignment: Assignment): AnyPart {
    const { clock } = this.#ports;
    const answered = this.#answered;
    let vector: Answered | undefined;
    let query: Query | undefined;
    let cost: Cost | undefined;
    let began: number | undefined;
    let measure: Measure | undefined;
    let sum: Sum | undefined;
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
          await this.#requireSide(query);
          await this.#requireArm(query);
          cost = await this.#costOf(query, assignment);
          await cost.require(isMade);
          await this.#takeOver();
          sum = sumOf(query, this.#ports.allowed[query.name]!, this.#ports.task);
          // A part begun before a restart already has its answer.
          if (!(await answered.requireOpen(sum, assignment.assignment))) {
            measure = await measureOf(query, sum, assignment.plan, this.#ports, answered, () =>
              this.#secretFor('fingerprints'),
            );
            if (!measure) vector = await this.#answer(query, assignment);
          }
        } catch (error) {
          this.#declined.set(offerOf(query), clock.now() + declinedFor);
          throw error;
        }
      },
      async make(signal) {
        vector ??= await measure?.make(signal, () => {
          began = clock.now();
        });
        if (!vector) throw new MurmurationError('round.begun');
        return vector;
      },
      began: () => began,
      async count() {
        await cost!.count();
        // Saved before the record: a crash in between counts it as said though it was not.
        await measure?.keep?.();
        await answered.count(sum!, assignment.assignment);
      },
    };
  }

  /**
   * Returns the privacy cost of an answer, by the device's own account. Throws `plan.below-floor` if the
   * noise of plan and query differ.
   */
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

  /** Throws `plan.below-floor` for an invalid query, or one of an unknown kind. */
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

  /** Throws `plan.below-floor` if a query asks for the other side of its source than this device's. */
  async #requireSide(query: Query): Promise<void> {
    const { allowed, task, refusal } = this.#ports;
    const { name, kind } = query;
    const asked = sideAsked(kind, roundOf(query));
    const source = sourceOf(name, allowed[name]!, kind, task);
    if (asked && asked !== (await this.#sideOf(source)))
      throw refusal(
        'queries',
        `The query "${name}" asks for ${asked} of "${source}", and this device never tells them: it is on the other side.`,
      );
  }

  /** Throws `plan.below-floor` if a query is not about this device's arm. */
  async #requireArm(query: Query): Promise<void> {
    if (query.kind !== 'arm' || (query.arm && query.arm.version === (await this.#ports.named()))) return;
    throw this.#ports.refusal(
      'queries',
      `The query "${query.name}" asks about another version than the one that was named to this device.`,
    );
  }

  /**
   * Throws `training.no-examples` if the app has no answer, and `options.invalid` for
   * one of another kind than the query's.
   */
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
   * Returns ports with a stable secret, so that a device always reveals the same
   * piece of a text. Throws as `#secretFor`.
   */
  async #textPorts(): Promise<TextPorts> {
    return { hash, secret: await this.#secretFor('pieces') };
  }

  /** Returns a secret of the device, 32 bytes, different for each purpose. Throws as `#seed`. */
  async #secretFor(purpose: string): Promise<Uint8Array> {
    return hash(concatBytes(utf8(`murmuration ${purpose} 1\n`), await this.#seed()));
  }

  /** Throws `storage.failed` if the device has lost its identity. */
  async #seed(): Promise<Uint8Array> {
    const seed = await this.#ports.secret();
    if (seed) return seed;
    throw new MurmurationError('storage.failed', 'The identity of the device is no longer stored.');
  }
}
