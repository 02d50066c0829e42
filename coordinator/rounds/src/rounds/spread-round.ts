import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Head, History } from '../registry/ports.ts';
import { type PartResult, partsDeadline, tallyOfParts } from '../round/parts.ts';
import { openGathering } from '../round/phases/gathering.ts';
import { openQuorum } from '../round/quorum.ts';
import { type RoundRecord, recordOf } from '../round/record.ts';
import {
  emptyTally,
  type Failed,
  type PartsAtWork,
  type RoundEnder,
  type SpreadState,
  type SpreadTerms,
} from '../round/round.ts';
import { Timeline } from '../round/timeline.ts';
import { commitOf } from './commit-round.ts';
import { judgedIn } from './open-sums.ts';
import type { DriverPorts, SpreadPorts } from './ports.ts';
import { resultOf } from './result-of.ts';
import type { Lifetime } from './round-under-way.ts';
import { type PartSum, type SumOfParts, sumOfParts } from './sum-of-parts.ts';
import { isOfStorage, isOutage, untilStored } from './until-stored.ts';

/** ms between two checks for results of parts. */
const checkMs = 500;

type LeaderPorts = Pick<
  DriverPorts,
  'clock' | 'moments' | 'events' | 'history' | 'makeVersion' | 'privacy' | 'traffic'
> & {
  readonly store: NonNullable<DriverPorts['store']>;
  readonly spread: SpreadPorts;
};

/**
 * Leader of a round whose parts other cells run. It waits for their results, adds up their sums and makes the
 * next version, or the figures of a query. No device has a part in it here, and only its terms are stored, so
 * that the next cell to take over the task goes on with it.
 */
export class SpreadRound implements Lifetime {
  /** Its assignments are with the cells of its parts. */
  readonly here = undefined;
  readonly terms: SpreadTerms;
  readonly ended: Promise<RoundRecord | undefined>;
  readonly begun: Promise<void>;
  readonly bases: readonly ModelHash[];
  readonly #ports: LeaderPorts;
  readonly #emptySum: () => PartSum;
  readonly #timeline: Timeline;
  readonly #trafficBefore;
  /** Aborted once another object may go on with the round. */
  readonly #stop = new AbortController();
  /** Aborted once its version is no longer wanted. */
  readonly #unwanted = new AbortController();
  #state: SpreadState;
  #results: ReadonlyMap<number, PartResult> = new Map();
  #sums: SumOfParts | undefined;
  #looking: Promise<void> = Promise.resolve();
  #cancel: Cancel = () => {};
  #isCommitting = false;
  #settle!: (record: RoundRecord | undefined) => void;

  /**
   * Begins a round, or goes on with one that is already stored (`isSaved`); `emptySum` makes an empty sum of
   * it.
   */
  constructor(terms: SpreadTerms, emptySum: () => PartSum, ports: LeaderPorts, { isSaved = false } = {}) {
    this.terms = terms;
    this.bases = [terms.plan.model];
    this.#ports = ports;
    this.#emptySum = emptySum;
    this.#trafficBefore = ports.traffic();
    this.ended = new Promise(resolve => {
      this.#settle = resolve;
    });
    this.#state = openGathering(terms);
    this.#timeline = new Timeline(this.#state);
    this.#ports.events.emit('round', this.#state);
    this.begun = isSaved ? Promise.resolve() : this.#begin();
    void this.begun.then(
      () => this.#turn(),
      () => {},
    );
  }

  get state(): SpreadState {
    return this.#state;
  }

  get phases() {
    return this.#timeline.phases;
  }

  /**
   * Ends the round as failed, unless its version is already being stored; its parts end within a second or
   * two.
   */
  abort(reason: string, endedBy?: RoundEnder): void {
    this.#fail(reason, endedBy);
  }

  async suspend(): Promise<void> {
    this.#stop.abort(new MurmurationError('server.stopping'));
    this.#cancel();
    await this.#looking;
    this.#settle(undefined);
  }

  /** True if no more results are looked for. */
  get #isOver(): boolean {
    return this.#stop.signal.aborted || this.#isCommitting;
  }

  async #begin(): Promise<void> {
    await untilStored(() => this.#ports.store.begin(this.terms), {
      ...this.#waiting('beginning a round'),
      outage: () => true,
    });
  }

  #waiting(where: string, signal = AbortSignal.any([this.#stop.signal, this.#unwanted.signal])) {
    const { clock, events } = this.#ports;
    return { clock, events, signal, round: this.terms.id, where, outage: isOfStorage };
  }

  #turn(): void {
    if (this.#isOver) return;
    this.#looking = this.#look().then(() => {
      const { clock } = this.#ports;
      if (!this.#isOver) this.#cancel = clock.at(clock.now() + checkMs, () => this.#turn());
    });
  }

  async #look(): Promise<void> {
    const { spread, clock, events } = this.#ports;
    const { id, parts } = this.terms;
    try {
      // Lists of contributors are long: each is read once.
      const more = await spread.parts.results(id, this.#results);
      if (more.size > 0) this.#results = new Map([...this.#results, ...more]);
    } catch (error) {
      // It checks again, and the round ends only after its results were read.
      if (!isOutage(error)) events.emit('fault', 'looking for the parts of a round', error, id);
      return;
    }
    if (this.#isOver) return;
    const isOver = this.#results.size === parts.count || clock.now() >= partsDeadline(this.terms);
    if (isOver) await this.#close();
    else this.#follow();
  }

  /** Updates the state by the results of parts so far. */
  #follow(): void {
    const { startedAt, limits } = this.terms;
    const isGathering = this.#results.size === 0 && this.#ports.clock.now() < startedAt + limits.gathering;
    this.#become(isGathering ? openGathering(this.terms) : this.#atWork());
  }

  #atWork(): PartsAtWork {
    const { terms } = this;
    const tally = tallyOfParts(this.#results, this.#summed);
    const { accepted, rejected } = tally;
    const quorum = { ...openQuorum(terms.goal, terms.minimum, partsDeadline(terms)), accepted, rejected };
    return { phase: 'updates', terms, quorum, tally };
  }

  /** Parts that have a sum. */
  get #summed(): ReadonlySet<number> {
    return new Set(
      [...this.#results].filter(([, { record }]) => record.failure === null).map(([part]) => part),
    );
  }

  #become(state: SpreadState): void {
    const { clock, events } = this.#ports;
    const before = JSON.stringify(summaryOf(this.#state));
    this.#state = state;
    this.#timeline.follow({ type: 'tick', time: clock.now() }, state, clock.now());
    if (JSON.stringify(summaryOf(state)) !== before) events.emit('round', state);
  }

  async #close(): Promise<void> {
    const { terms } = this;
    const { spread, makeVersion, privacy, moments, events, clock } = this.#ports;
    if (this.#state.phase === 'gathering') this.#become(this.#atWork());
    const tally = tallyOfParts(this.#results, this.#summed);
    this.#become({ phase: 'closing', terms, tally });
    try {
      this.#sums = await untilStored(
        () =>
          sumOfParts(terms, this.#results, {
            parts: spread.parts,
            emptySum: this.#emptySum,
            partOf: device => spread.partOf(terms.plan.task, device, terms.parts.count),
            requireParts: devices => privacy.requireParts(terms, devices),
            refused: (part, error) => events.emit('fault', `adding part ${part} of a round`, error, terms.id),
          }),
        this.#waiting('adding up the parts of a round'),
      );
      const { sum, contributors } = this.#sums;
      if (contributors.length < terms.minimum) {
        const failures = this.#sums.parts.flatMap(({ failure }, i) =>
          failure === null ? [] : `part ${i + 1}: ${failure}`,
        );
        const reason = `The parts have ${contributors.length} updates; at least ${terms.minimum} are needed. ${failures.join(' ')}`;
        return this.#fail(reason.trim());
      }
      const judged = judgedIn(sum, terms);
      const { signal } = this.#waiting('');
      const head = terms.plan.query
        ? null
        : await untilStored(
            () => makeVersion(terms, sum, contributors, signal),
            this.#waiting('storing a version'),
          );
      signal.throwIfAborted();
      const published = {
        phase: 'published',
        terms,
        tally: tallyOfParts(this.#results, this.#sums.counted),
        model: head?.version.model ?? null,
      } as const;
      const record = this.#record(published, clock.now(), head);
      const made = head ? { head, judged } : { result: resultOf(terms, record, sum) };
      this.#isCommitting = true;
      if (!(await this.#commit({ round: record, ...made }))) return;
      this.#conclude(published, record);
      if (head) moments.versionStored(head.version);
    } catch (error) {
      if (this.#isOver) return;
      const ours = error instanceof MurmurationError;
      if (!ours) events.emit('fault', 'publishing a version', error, terms.id);
      this.#fail(
        ours ? error.detail : 'Something failed while publishing a version; the log has the reason.',
      );
    }
  }

  #fail(reason: string, endedBy?: RoundEnder): void {
    const { terms } = this;
    const during = this.#state.phase;
    if (this.#isCommitting || during === 'published' || during === 'failed') return;
    const tally = this.#results.size > 0 ? tallyOfParts(this.#results, this.#summed) : emptyTally;
    const failed: Failed = {
      phase: 'failed',
      terms,
      tally,
      during,
      reason,
      ...(endedBy && { endedBy }),
    };
    this.#isCommitting = true;
    this.#unwanted.abort(new MurmurationError('round.closed'));
    this.#cancel();
    const record = this.#record(failed, this.#ports.clock.now(), null);
    const before = this.#looking;
    const end = async () => {
      // It may be beginning in the storage.
      await this.begun.catch(() => {});
      if (await this.#commit({ round: record, result: resultOf(terms, record) }))
        this.#conclude(failed, record);
    };
    this.#looking = Promise.all([before, end()]).then(() => {});
  }

  #conclude(state: SpreadState, record: RoundRecord): void {
    this.#become(state);
    this.#settle(record);
  }

  #record(state: Parameters<typeof recordOf>[0], endedAt: number, head: Head | null): RoundRecord {
    const { up, down } = this.#ports.traffic();
    const before = this.#trafficBefore;
    const traffic = { up: up - before.up, down: down - before.down };
    const errors: Partial<Record<string, number>> = {};
    const left: Record<string, number> = {};
    for (const { record } of this.#results.values()) {
      traffic.up += record.traffic.up;
      traffic.down += record.traffic.down;
      for (const [code, count] of Object.entries(record.errors))
        errors[code] = (errors[code] ?? 0) + (count ?? 0);
      for (const [reason, count] of Object.entries(record.left ?? {}))
        left[reason] = (left[reason] ?? 0) + count;
    }
    const phases = this.#timeline.endedAt(endedAt);
    const parts = this.#sums?.parts;
    return recordOf(state, endedAt, head?.version.metrics ?? null, traffic, {
      phases,
      errors,
      left,
      ...(parts && { parts }),
    });
  }

  /**
   * Stores the end of the round; true once it is stored. Waits for the end of an outage, unless another
   * object goes on with the round.
   */
  async #commit(entry: Parameters<History['commit']>[0] & { readonly round: RoundRecord }): Promise<boolean> {
    try {
      await untilStored(commitOf(this.#ports, entry), {
        ...this.#waiting('recording a round', this.#stop.signal),
        outage: () => true,
      });
      return true;
    } catch {
      return false;
    }
  }
}

/** Returns the summary of a state that observers get. */
function summaryOf(state: SpreadState): unknown {
  return [state.phase, 'quorum' in state ? state.quorum : null];
}
