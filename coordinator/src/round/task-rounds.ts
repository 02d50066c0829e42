import { MurmurationError } from '@murmuration/protocol/errors';
import { type ModelHash, type RoundId, randomId } from '@murmuration/protocol/ids';
import type { Cancel } from '@murmuration/protocol/ports';
import { aggregateFor } from '../aggregation/aggregate.ts';
import type { Registry } from '../registry/registry.ts';
import { cohortSizeOf, type Task } from '../task/task.ts';
import { type DriverPorts, RoundDriver } from './driver.ts';
import type { RoundTerms } from './round.ts';

/** Rounds that are over and whose id still gets `round.closed` rather than `round.unknown`. */
const remembered = 64;

/** ms after which a round that could not begin is tried again. */
const retryAfter = 10_000;

/** The rounds of one task, one after the other, on its schedule. */
export class TaskRounds {
  readonly task: Task;
  readonly #registry: Registry;
  readonly #ports: DriverPorts;
  readonly #over: RoundId[] = [];
  #driver: RoundDriver | undefined;
  #number = 0;
  #nextAt: number;
  #cancel: Cancel = () => {};
  #started = false;
  #stopped = false;

  constructor(task: Task, registry: Registry, ports: DriverPorts) {
    this.task = task;
    this.#registry = registry;
    this.#ports = ports;
    this.#nextAt = ports.clock.now();
  }

  /** Schedules the first round, numbered after those of the history; once. Throws `server.stopping` after `stop`. */
  async start(): Promise<void> {
    if (this.#stopped) throw new MurmurationError('server.stopping');
    if (this.#started) return;
    this.#started = true;
    const [last] = await this.#ports.history.rounds(this.task.name, Number.POSITIVE_INFINITY, 1);
    this.#number = last?.number ?? 0;
    this.#scheduleNext();
  }

  /** Ends the current round as failed, and begins no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#driver?.abort('The coordinator is stopping.');
    await this.#driver?.ended.catch(() => {});
  }

  /** The round that is under way. */
  get current(): RoundDriver | undefined {
    return this.#driver;
  }

  /** ms until a device can be of use: 0 while devices are gathered. */
  get untilNextRound(): number {
    return this.#driver?.state.phase === 'gathering'
      ? 0
      : Math.max(0, this.#nextAt - this.#ports.clock.now());
  }

  /** The round of this id, if it is the current one. Throws `round.closed` for one that is over. */
  find(round: RoundId): RoundDriver | undefined {
    if (this.#driver?.terms.id === round) return this.#driver;
    if (this.#over.includes(round)) throw new MurmurationError('round.closed');
    return undefined;
  }

  #scheduleNext(): void {
    if (this.#stopped) return;
    this.#cancel = this.#ports.clock.at(this.#nextAt, () => void this.#runOne());
  }

  /** Whatever goes wrong in a round, the next one follows. */
  async #runOne(): Promise<void> {
    const { clock, events } = this.#ports;
    try {
      await this.#begin();
    } catch (error) {
      events.emit('fault', 'beginning a round', error);
      this.#nextAt = Math.max(this.#nextAt, clock.now() + retryAfter);
    }
    this.#scheduleNext();
  }

  async #begin(): Promise<void> {
    const { head, files } = await this.#registry.current(this.task.name);
    if (this.#stopped) return;
    const { clock, random, events } = this.#ports;
    const terms = this.#terms(head.version.model, randomId<RoundId>(random));
    this.#nextAt = clock.now() + this.task.interval;
    const aggregate = aggregateFor(this.task.strategy.consumes, terms.plan, files.layout, terms.id);
    this.#driver = new RoundDriver(terms, aggregate, this.#ports);
    try {
      events.emit('round-ended', await this.#driver.ended);
    } catch (error) {
      events.emit('fault', 'recording a round', error);
    }
    this.#over.push(terms.id);
    if (this.#over.length > remembered) this.#over.shift();
  }

  #terms(model: ModelHash, id: RoundId): RoundTerms {
    const { name, planVersion, training, update, masking, cohort, deadlines } = this.task;
    const cohortSize = cohortSizeOf(this.task);
    this.#number += 1;
    return {
      id,
      number: this.#number,
      plan: { task: name, version: planVersion, model, training, update, masking, largestCohort: cohortSize },
      cohortSize,
      goal: cohort.goal,
      minimum: cohort.minimum,
      startedAt: this.#ports.clock.now(),
      limits: deadlines,
    };
  }
}
