import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type ModelHash, type RoundId, randomId } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Query } from '@murmuration/protocol/queries/query';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { type Aggregate, aggregateFor } from '../aggregation/aggregate.ts';
import { labelOf } from '../population/arm-label.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { RoundTerms, Spread, SpreadTerms } from '../round/round.ts';
import type { Task } from '../task/task.ts';
import { type Beginning, RoundDriver } from './driver.ts';
import type { DriverPorts, TaskRoundsPorts } from './ports.ts';
import type { Lifetime } from './round-under-way.ts';
import { SpreadRound } from './spread-round.ts';
import { isOfPart } from './sum-of-parts.ts';
import { type PlanOwn, termsOf, termsOfQuery } from './terms-of.ts';

/** Maker of a task's rounds: numbers them, writes their terms, and opens the objects that run them. */
export class RoundMaker {
  readonly #ports: TaskRoundsPorts;
  #number = 0;

  constructor(ports: TaskRoundsPorts) {
    this.#ports = ports;
  }

  /** Number of the newest round; 0 if there was none. */
  get number(): number {
    return this.#number;
  }

  follow(number: number): void {
    this.#number = Math.max(this.#number, number);
  }

  /** Returns the id, number and start of a round that begins now. */
  next(): Pick<RoundTerms, 'id' | 'number' | 'startedAt'> {
    const { clock, random } = this.#ports;
    this.#number += 1;
    return { id: randomId<RoundId>(random), number: this.#number, startedAt: clock.now() };
  }

  /** Returns the terms of the next round, which trains from a version. */
  terms(task: Task, version: Pick<ModelVersion, 'model' | 'parent'>, own: PlanOwn): RoundTerms {
    const { runs, named } = this.#ports;
    const parts = this.#partsOf(task);
    return termsOf(task, version, { ...this.next(), run: runs?.openRun, named: named(), parts, ...own });
  }

  /**
   * Returns the terms of the next round, in which devices are asked a query; they would train from `model`.
   */
  termsOfQuery(task: Task, query: Query, model: ModelHash, privacy: PlanPrivacy | undefined): RoundTerms {
    return termsOfQuery(task, query, model, { ...this.next(), privacy, parts: this.#partsOf(task) });
  }

  /** Adds to a query the versions that it asks about. */
  async withVersions(query: Query): Promise<Query> {
    if (query.kind === 'outcomes') return { ...query, versions: await this.#ports.versions() };
    if (query.kind !== 'evaluation') return query;
    const versions = await this.#ports.inUse();
    // The length of an answer, and so its noise, must be the same in all rounds.
    return { ...query, versions: query.privacy ? versions.slice(0, 1) : versions };
  }

  /** Opens a round that begins, with its devices or with its parts. */
  open(task: Task, terms: RoundTerms, layout: Layout, beginning?: Beginning): Lifetime {
    if (terms.kind === 'spread') return this.spread(task, terms, layout);
    return this.drive(terms, this.aggregateFor(task, terms, layout), beginning);
  }

  /** Opens a round that gathers into `aggregate`. */
  drive(terms: RoundTerms, aggregate: Aggregate, beginning?: Beginning): RoundDriver {
    return new RoundDriver(terms, aggregate, this.#portsOf(terms), beginning);
  }

  /** Opens the leader of a round whose parts are run by cells. Throws `config.invalid` if it can't be led. */
  spread(task: Task, terms: SpreadTerms, layout: Layout, { isSaved = false } = {}): SpreadRound {
    const { store, spread } = this.#ports;
    if (!store || !spread || terms.parts.count !== task.spread?.count)
      throw new MurmurationError(
        'config.invalid',
        `The round was spread over ${terms.parts.count} cells, and the task is not any more.`,
      );
    const emptySum = () => {
      const sum = aggregateFor('sum', terms.plan, layout, terms.id);
      if (isOfPart(sum)) return sum;
      throw new MurmurationError('config.invalid', 'The sums of parts of a round are added up in a ring.');
    };
    return new SpreadRound(terms, emptySum, { ...this.#ports, store, spread }, { isSaved });
  }

  aggregateFor({ strategy }: Task, terms: RoundTerms, layout: Layout): Aggregate {
    return aggregateFor(strategy.consumes, terms.plan, layout, terms.id, terms);
  }

  /** Returns how rounds that begin now are spread over cells. */
  #partsOf({ spread }: Task): Spread | undefined {
    return this.#ports.spread && (spread ?? undefined);
  }

  /** Returns the dependencies of a round: that of a query chooses among the devices that would answer it. */
  #portsOf({ plan }: RoundTerms): DriverPorts {
    const { bases } = plan;
    if (bases) {
      const isOfUse = (base: ModelHash | undefined) => bases.some(({ model }) => model === base);
      return { ...this.#ports, pool: this.#ports.pool.heldFrom(isOfUse) };
    }
    const query = queryOf(plan);
    return query ? { ...this.#ports, pool: this.#ports.pool.answering(labelOf(query)) } : this.#ports;
  }
}
