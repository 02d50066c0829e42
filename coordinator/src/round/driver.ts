import { equalBytes } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import { type AssignmentId, type DeviceId, randomId } from '@murmuration/protocol/ids';
import type { Assignment, RoundEnd, UploadReceipt } from '@murmuration/protocol/messages/round';
import type { Cancel, Clock, RandomBytes } from '@murmuration/protocol/ports';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { updateLength } from '@murmuration/protocol/weights/codec';
import type { Aggregate } from '../aggregation/aggregate.ts';
import { RingSum } from '../aggregation/ring-sum.ts';
import type { CoordinatorEvents } from '../events.ts';
import { MaskedRound } from '../masking/masked-round.ts';
import type { Unmasker } from '../masking/unmasker.ts';
import type { TrafficCount } from '../monitor/traffic.ts';
import type { Device } from '../population/device.ts';
import type { WaitingPool } from '../population/waiting-pool.ts';
import type { Head, History } from '../registry/ports.ts';
import { type Member, standingOf } from './cohort.ts';
import { begin } from './phases/gathering.ts';
import type { CohortChannel, MakeVersion, MaskingEvent } from './ports.ts';
import type { RoundRecord } from './record.ts';
import type {
  CollectingState,
  Effect,
  Failed,
  Published,
  RoundEvent,
  RoundState,
  RoundTerms,
  Step,
} from './round.ts';
import { transition } from './transition.ts';

export interface DriverPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly primitives: Primitives;
  readonly unmasker: Unmasker;
  readonly pool: WaitingPool;
  readonly channel: CohortChannel;
  readonly history: History;
  readonly makeVersion: MakeVersion;
  readonly traffic: () => TrafficCount;
  /** ms after which a device of the cohort should check in again. */
  readonly comeBackAfter: () => number;
  readonly events: CoordinatorEvents;
}

/** What the driver knows of one assignment beyond its standing. */
interface Claim {
  readonly token: Uint8Array;
  /** SHA-256 of what was taken in each phase, so that the same again is told from something else. */
  readonly taken: Map<CollectingState['phase'], Uint8Array>;
}

/** What a device is given at the beginning of a phase, kept for those that come back in it. */
interface Feed {
  readonly event: MaskingEvent;
  readonly inputs: ReadonlyMap<AssignmentId, Uint8Array>;
}

const phaseOf = { keys: 'keys', shares: 'shares', reveal: 'unmasking' } as const;

/** Carries one round through its life: feeds events to the pure transition, and alone performs its effects. */
export class RoundDriver {
  readonly terms: RoundTerms;
  /** Settles when the round is over and recorded; rejects only where recording it failed. */
  readonly ended: Promise<RoundRecord>;
  readonly #ports: DriverPorts;
  readonly #sum: Aggregate;
  readonly #masked: MaskedRound | undefined;
  readonly #claims = new Map<AssignmentId, Claim>();
  readonly #assignments = new Map<DeviceId, AssignmentId>();
  readonly #trafficBefore: TrafficCount;
  readonly #timers: Cancel[] = [];
  #state: RoundState;
  #feed: Feed | undefined;
  #committing = false;
  #record: RoundRecord | undefined;
  #settle!: { resolve(record: RoundRecord): void; reject(error: unknown): void };

  constructor(terms: RoundTerms, sum: Aggregate, ports: DriverPorts) {
    this.terms = terms;
    this.#sum = sum;
    this.#ports = ports;
    const { masking, task } = terms.plan;
    const context = { primitives: ports.primitives, task, round: terms.id };
    this.#masked = masking ? new MaskedRound(context, masking) : undefined;
    this.#trafficBefore = ports.traffic();
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const first = begin(terms);
    this.#state = first.state;
    this.#enter(first);
    this.poolChanged();
  }

  get state(): RoundState {
    return this.#state;
  }

  /** Bytes of an update of this round. */
  get updateLength(): number {
    return updateLength(this.#sum.form);
  }

  poolChanged(): void {
    this.#dispatch({ type: 'available', devices: this.#ports.pool.size });
  }

  /** Throws `assignment.unknown` or `assignment.token` where the token isn't that of an assignment of this round. */
  authenticate(assignment: AssignmentId, token: Uint8Array): void {
    if (!equalBytes(this.#claim(assignment).token, token)) throw new MurmurationError('assignment.token');
  }

  /**
   * Counts an update, once, of whoever has shown the token of its assignment: the same bytes again get the same
   * receipt. Throws `round.closed`, `assignment.*` or `update.*`; what is refused leaves the sum as it was.
   */
  accept(assignment: AssignmentId, bytes: Uint8Array): UploadReceipt {
    this.#take(assignment, 'updates', bytes, 'update.repeated', () => {
      this.#sum.add(bytes);
      return { type: 'counted', assignment };
    });
    return { round: this.terms.id, assignment, counted: true };
  }

  /**
   * Takes a message of secure aggregation, once; the same bytes again change nothing. Throws `round.closed`,
   * `round.repeated`, `assignment.*`, `secagg.*` or `crypto.low-order`.
   */
  contribute(
    device: Device,
    assignment: AssignmentId,
    kind: 'keys' | 'shares' | 'reveal',
    message: Uint8Array,
  ): void {
    if (this.#assignments.get(device.id) !== assignment) throw new MurmurationError('assignment.unknown');
    const masked = this.#masked;
    if (!masked) throw new MurmurationError('round.closed', 'The plan of this round has no masking.');
    this.#take(assignment, phaseOf[kind], message, 'round.repeated', () => {
      if (kind === 'keys') masked.takeKeys(assignment, device, message);
      if (kind === 'shares') masked.takeDealing(assignment, message);
      const unmaskable = kind === 'reveal' && masked.takeReveal(assignment, message);
      return unmaskable ? { type: 'unmaskable' } : { type: 'counted', assignment };
    });
  }

  /** A device gives up its part. Throws `assignment.unknown` for one that is not its own. */
  leave(device: DeviceId, assignment: AssignmentId): void {
    if (this.#assignments.get(device) !== assignment) throw new MurmurationError('assignment.unknown');
    this.#dispatch({ type: 'left', assignment });
  }

  /** Whether a device has a part in this round, which is not over. */
  involves(device: DeviceId): boolean {
    return !this.#isOver && this.#assignments.has(device);
  }

  /** The connection of a device is gone. */
  away(device: DeviceId): void {
    const assignment = this.#assignments.get(device);
    if (assignment) this.#dispatch({ type: 'away', assignment });
  }

  /** A device is connected again: it hears its assignment once more, and what it was given last. */
  back(device: DeviceId): void {
    const assignment = this.#assignments.get(device);
    if (!assignment) return;
    this.#dispatch({ type: 'back', assignment });
    if (!('cohort' in this.#state) || standingOf(this.#state.cohort, assignment) === 'left') return;
    this.#assign({ device, assignment });
    this.#give({ device, assignment });
  }

  /** Ends the round as failed, unless its version is being stored already. */
  abort(reason: string): void {
    if (!this.#committing) this.#dispatch({ type: 'abort', reason });
  }

  get #isOver(): boolean {
    return this.#state.phase === 'published' || this.#state.phase === 'failed';
  }

  #claim(assignment: AssignmentId): Claim {
    const claim = this.#claims.get(assignment);
    if (!claim) throw new MurmurationError('assignment.unknown');
    return claim;
  }

  /** Takes what a device has to send in a phase, exactly once; `add` throws where it is refused. */
  #take(
    assignment: AssignmentId,
    phase: CollectingState['phase'],
    bytes: Uint8Array,
    repeated: 'update.repeated' | 'round.repeated',
    add: () => RoundEvent,
  ): void {
    const { taken } = this.#claim(assignment);
    const digest = this.#ports.primitives.sha256(bytes);
    const before = taken.get(phase);
    if (before) {
      if (equalBytes(before, digest)) return;
      throw new MurmurationError(repeated);
    }
    if (this.#state.phase !== phase) throw new MurmurationError('round.closed');
    const standing = standingOf(this.#state.cohort, assignment);
    if (standing === undefined) throw new MurmurationError('round.closed');
    if (standing === 'left') throw new MurmurationError('assignment.left');
    let event: RoundEvent;
    try {
      event = add();
    } catch (error) {
      this.#dispatch({ type: 'rejected', assignment });
      throw error;
    }
    taken.set(phase, digest);
    this.#dispatch(event);
  }

  #dispatch(event: RoundEvent): void {
    const step = transition(this.#state, event);
    if (step.state === this.#state && step.effects.length === 0) return;
    this.#enter(step);
  }

  #enter({ state, effects }: Step): void {
    this.#state = state;
    this.#ports.events.emit('round', state);
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'wake':
        // An effect before this one may have ended the round.
        if (this.#isOver) return;
        this.#timers.push(
          this.#ports.clock.at(effect.time, () => this.#dispatch({ type: 'tick', time: effect.time })),
        );
        return;
      case 'draw':
        this.#dispatch({
          type: 'drawn',
          members: this.#draw(effect.devices),
          time: this.#ports.clock.now(),
        });
        return;
      case 'assign':
        for (const member of effect.members) this.#assign(member);
        return;
      case 'open':
        this.#open(effect.phase, effect.members);
        return;
      case 'release':
        for (const { device } of effect.members) {
          this.#assignments.delete(device);
          this.#end(device, 'closed', 'The round has what it wanted.');
        }
        return;
      case 'publish':
        void this.#publish();
        return;
      case 'conclude':
        void this.#conclude();
    }
  }

  #draw(count: number): Member[] {
    const { pool, random } = this.#ports;
    return pool.draw(count, random).map(device => {
      const assignment = randomId<AssignmentId>(random);
      this.#claims.set(assignment, { token: random(32), taken: new Map() });
      this.#assignments.set(device, assignment);
      return { device, assignment };
    });
  }

  #assign({ device, assignment }: Member): void {
    if (!('deadlines' in this.#state)) return;
    const { id, number, plan } = this.terms;
    const message: Assignment = {
      round: id,
      number,
      assignment,
      token: this.#claim(assignment).token,
      plan,
      deadline: this.#state.deadlines.updates,
    };
    if (this.#ports.channel.isConnected(device)) this.#ports.channel.assign(device, message);
    else this.away(device);
  }

  /** Computes what the members need for a phase of masking, and gives it to them. */
  #open(phase: 'shares' | 'updates' | 'unmasking', members: readonly Member[]): void {
    const masked = this.#masked!;
    const assignments = members.map(({ assignment }) => assignment);
    try {
      if (phase === 'shares') this.#feed = { event: 'roster', inputs: masked.drawGraph(assignments) };
      if (phase === 'updates') this.#feed = { event: 'bundle', inputs: masked.settle(assignments) };
      if (phase === 'unmasking') {
        const statement = masked.state(assignments);
        this.#feed = { event: 'survivors', inputs: new Map(assignments.map(member => [member, statement])) };
      }
    } catch (error) {
      this.#failWith('opening a phase of masking', error);
      return;
    }
    for (const member of members) {
      if (this.#feed!.inputs.has(member.assignment)) this.#give(member);
      else this.#dispatch({ type: 'left', assignment: member.assignment });
    }
  }

  #give({ device, assignment }: Member): void {
    const message = this.#feed?.inputs.get(assignment);
    if (!message) return;
    if (this.#ports.channel.isConnected(device))
      this.#ports.channel.feed(device, this.#feed!.event, { round: this.terms.id, assignment, message });
    else this.away(device);
  }

  async #publish(): Promise<void> {
    try {
      await this.#unmask();
      const head = await this.#ports.makeVersion(this.terms, this.#sum);
      // Aborted meanwhile: the round is over, and what it made is not wanted.
      if (this.#state.phase !== 'closing') return;
      this.#committing = true;
      const { terms, tally } = this.#state;
      this.#record = this.#recordOf({ phase: 'published', terms, tally, model: head.version.model }, head);
      await this.#ports.history.commit({ head, round: this.#record });
      this.#dispatch({ type: 'published', model: head.version.model });
      this.#ports.events.emit('version', head.version);
    } catch (error) {
      if (this.#state.phase === 'closing') this.#failWith('publishing a version', error);
    }
  }

  async #unmask(): Promise<void> {
    if (!this.#masked || !(this.#sum instanceof RingSum)) return;
    const secrets = this.#masked.recover();
    await this.#ports.unmasker.unmask(this.#masked.context, secrets, this.#sum.elements, done =>
      this.#ports.events.emit('unmasking', this.terms, done),
    );
  }

  #failWith(where: string, error: unknown): void {
    const ours = error instanceof MurmurationError;
    if (!ours) this.#ports.events.emit('fault', where, error);
    this.#dispatch({
      type: 'abort',
      reason: ours ? error.detail : `Something failed while ${where}; the log has the reason.`,
    });
  }

  async #conclude(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    const state = this.#state as Published | Failed;
    const reason = state.phase === 'failed' ? state.reason : 'The next version is published.';
    for (const device of this.#assignments.keys()) this.#end(device, state.phase, reason);
    try {
      if (state.phase === 'failed') {
        this.#record = this.#recordOf(state, null);
        await this.#ports.history.commit({ round: this.#record });
      }
      this.#settle.resolve(this.#record!);
    } catch (error) {
      this.#settle.reject(error);
    }
  }

  #end(device: DeviceId, outcome: RoundEnd['outcome'], reason: string): void {
    const after = this.#ports.comeBackAfter();
    this.#ports.channel.end(device, { round: this.terms.id, outcome, reason, after });
  }

  #recordOf(state: Published | Failed, head: Head | null): RoundRecord {
    const { id, number, plan, startedAt } = this.terms;
    const { up, down } = this.#ports.traffic();
    return {
      round: id,
      task: plan.task,
      number,
      planVersion: plan.version,
      base: plan.model,
      startedAt,
      endedAt: this.#ports.clock.now(),
      outcome: state.phase,
      model: state.phase === 'published' ? state.model : null,
      failure: state.phase === 'failed' ? { during: state.during, reason: state.reason } : null,
      tally: state.tally,
      metrics: head?.version.metrics ?? null,
      traffic: { up: up - this.#trafficBefore.up, down: down - this.#trafficBefore.down },
    };
  }
}
