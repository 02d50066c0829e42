import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelVersion } from '../registry/model-version.ts';
import type { Head, History } from '../registry/ports.ts';
import type { PartResult } from '../round/parts.ts';
import { type GroupRecord, type RoundRecord, recordOf } from '../round/record.ts';
import type { Closing, Failed, Tally } from '../round/round.ts';
import { commitOf } from './commit-round.ts';
import { judgedIn, openSums } from './open-sums.ts';
import type { DriverPorts } from './ports.ts';
import { resultOf } from './result-of.ts';
import type { RoundExecution } from './round-execution.ts';
import { isOfPart } from './sum-of-parts.ts';
import type { TrafficCount } from './traffic.ts';
import { isOfStorage, untilStored } from './until-stored.ts';

/** Closes a round in one commit: the next version, or none, with the record of the round. */
export class Closer {
  readonly #execution: RoundExecution;
  readonly #ports: DriverPorts;
  readonly #trafficBefore: TrafficCount;
  /** Aborted once the round has failed: stops the making of its version. */
  readonly #unwanted = new AbortController();
  #isCommitting = false;
  #groups: readonly GroupRecord[] | undefined;

  constructor(execution: RoundExecution, ports: DriverPorts) {
    this.#execution = execution;
    this.#ports = ports;
    this.#trafficBefore = ports.traffic();
  }

  /** True if the end is being stored: nothing changes it any more. */
  get isCommitting(): boolean {
    return this.#isCommitting;
  }

  /**
   * Removes the masks, makes the next version or the figures of a query, and stores them; a query has no
   * version. Returns undefined if the round has ended meanwhile. A buffer ends only once the next one, which
   * has its open assignments, is durable (`nextBegun`). Waits for the end of a storage outage. Throws other
   * failures, or the reason for which the round was suspended.
   */
  async publish(
    closing: Closing,
    nextBegun?: Promise<void>,
  ): Promise<{ readonly record: RoundRecord; readonly version: ModelVersion | null } | undefined> {
    const { terms, aggregate, stop } = this.#execution;
    const signal = AbortSignal.any([stop.signal, this.#unwanted.signal]);
    await this.#unmask(closing);
    if (this.#ports.endPart) return this.#keepSum();
    if (terms.plan.query) return this.#answer(closing.contributors.length, signal);
    const judged = judgedIn(aggregate, terms);
    if (this.#execution.state.phase !== 'closing') return undefined;
    const contributors = closing.contributors.map(({ device }) => device);
    signal.throwIfAborted();
    const head = await untilStored(
      () => this.#ports.makeVersion(terms, aggregate, contributors, signal),
      this.#waiting('storing a version', signal),
    );
    if (nextBegun) await untilAborted(nextBegun, signal);
    const { state } = this.#execution;
    if (state.phase !== 'closing') return undefined;
    signal.throwIfAborted();
    const model = head.version.model;
    const record = this.#record({ phase: 'published', terms, tally: this.#tallyOf(state), model }, head);
    await this.#commit({ round: record, head, judged });
    return { record, version: head.version };
  }

  /** Stores the record of a failed round. Throws the reason if the round is suspended first. */
  async fail(state: Failed): Promise<RoundRecord> {
    this.#unwanted.abort(new MurmurationError('round.closed'));
    const record = this.#record(state, null);
    await this.#commit({ round: record, result: resultOf(state.terms, record) });
    return record;
  }

  /** Stores the answer of the devices to a query, after a step of its budget if it has one. */
  async #answer(
    contributors: number,
    signal: AbortSignal,
  ): Promise<{ readonly record: RoundRecord; readonly version: null } | undefined> {
    const { terms, aggregate } = this.#execution;
    const take = async () => this.#ports.privacy.answers.release(terms, contributors);
    const spent = terms.plan.privacy
      ? await untilStored(take, this.#waiting('taking a step of a privacy budget', signal))
      : undefined;
    const { state } = this.#execution;
    if (state.phase !== 'closing') return undefined;
    const record = this.#record({ phase: 'published', terms, tally: state.tally, model: null }, null);
    const result = resultOf(terms, record, aggregate, spent);
    await this.#commit({ round: record, result });
    const devices = state.contributors.map(({ device }) => device);
    if (result?.query.kind === 'arm' && result.query.arm)
      this.#ports.arms?.answered(result.query.arm, devices);
    return { record, version: null };
  }

  /**
   * Leaves the open sum of a part to the cell that leads the round. Throws `update.impossible` if no updates
   * of the plan could have led to it.
   */
  async #keepSum(): Promise<{ readonly record: RoundRecord; readonly version: null } | undefined> {
    const { terms, aggregate, state } = this.#execution;
    if (state.phase !== 'closing') return undefined;
    if (!isOfPart(aggregate))
      throw new MurmurationError('config.invalid', 'The sums of parts of a round are added up in a ring.');
    aggregate.requirePossible();
    const { contributors, tally } = state;
    const record = this.#record({ phase: 'published', terms, tally, model: null }, null);
    const kept = contributors.map(({ device, assignment }) => ({ device, assignment }));
    await this.#commit({ round: record }, kept, aggregate.snapshot());
    return { record, version: null };
  }

  #waiting(where: string, signal: AbortSignal) {
    const { clock, events } = this.#ports;
    return { clock, events, signal, round: this.#execution.terms.id, where, outage: isOfStorage };
  }

  async #unmask(closing: Closing): Promise<void> {
    const { masked, terms } = this.#execution;
    if (!masked) return;
    const { events, clock } = this.#ports;
    const startedAt = clock.now();
    this.#groups = await openSums(this.#execution, closing, this.#ports);
    events.emit('closing-step', terms, 'unmasking', clock.now() - startedAt);
  }

  /** Returns the tally, in which updates of groups whose sums are of no use are lost. */
  #tallyOf({ tally }: Closing): Tally {
    const accepted = this.#groups ? this.#execution.aggregate.contributors : tally.accepted;
    return { ...tally, accepted, lost: tally.lost + tally.accepted - accepted };
  }

  /**
   * Stores the end of the round. No other write of it is under way meanwhile, since its state is then
   * deleted.
   */
  async #commit(
    entry: Parameters<History['commit']>[0] & { readonly round: RoundRecord },
    contributors: PartResult['contributors'] = [],
    sum?: Uint8Array,
  ): Promise<void> {
    const { round } = entry;
    this.#isCommitting = true;
    const { commits, stop } = this.#execution;
    await commits.halt();
    const { endPart, clock, events } = this.#ports;
    const startedAt = clock.now();
    // The first result of a part stays.
    const commit = endPart
      ? () => endPart({ record: round, contributors }, sum)
      : commitOf(this.#ports, entry);
    await untilStored(commit, {
      ...this.#waiting('recording a round', stop.signal),
      outage: () => true,
      failed: error => commits.refuse(error),
    });
    events.emit('closing-step', this.#execution.terms, 'commit', clock.now() - startedAt);
  }

  #record(state: Parameters<typeof recordOf>[0], head: Head | null): RoundRecord {
    const { up, down } = this.#ports.traffic();
    const before = this.#trafficBefore;
    const endedAt = this.#ports.clock.now();
    const traffic = { up: up - before.up, down: down - before.down };
    const { timeline, errors, left } = this.#execution;
    const phases = timeline.endedAt(endedAt);
    return recordOf(state, endedAt, head?.version.metrics ?? null, traffic, {
      phases,
      errors: { ...errors },
      left: { ...left },
      ...(this.#groups && state.phase === 'published' && { groups: this.#groups }),
    });
  }
}
