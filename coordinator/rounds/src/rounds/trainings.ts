import {
  type AssignmentId,
  type DeviceId,
  type ModelHash,
  type RoundId,
  randomId,
} from '@murmuration/protocol/ids/ids';
import { type Plan, writePlan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import type { WaitingPool } from '../population/waiting-pool.ts';
import type { CohortChannel } from './ports.ts';

/** Training that devices are offered from now on. */
export interface TrainingOffer {
  /**
   * Versions whose updates a buffer takes, each the parent of the one before it; devices train from the
   * first.
   */
  readonly versions: readonly ModelHash[];
  /** Plan of a buffer that begins now. */
  readonly plan: Plan;
  /** Number of the round in which a synchronous task would train from the version. */
  readonly number: number;
  /** Largest number of devices that train at the same time. */
  readonly concurrency: number;
  /** ms that a device has. */
  readonly limit: number;
}

interface TrainingPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly pool: Pick<WaitingPool, 'heldFrom'>;
  readonly channel: Pick<CohortChannel, 'isConnected' | 'assign' | 'end'>;
  readonly comeBackAfter: (device: DeviceId) => number;
  /** True if work is given now. */
  readonly admits: () => boolean;
}

/** Returns the versions of a masked buffer in the form of its plan, newest first. */
export function basesOf(versions: readonly ModelHash[]): NonNullable<Plan['bases']> {
  return versions.map((model, staleness) => ({ model, weight: stalenessWeight(staleness) }));
}

/**
 * Devices that train for the masked buffers of an asynchronous task. A device without an update that a buffer
 * would take gets the newest version to train from, and keeps its update until it is drawn for a buffer.
 * Nothing is sent meanwhile, so that this is only in memory. A device is at work until it checks in again,
 * leaves, or its time is over.
 */
export class Trainings {
  readonly #ports: TrainingPorts;
  readonly #atWork = new Map<DeviceId, Assignment>();
  #offer: (TrainingOffer & Pick<Assignment, 'plan' | 'planBytes'>) | undefined;
  #cancelTimer: Cancel = () => {};
  #isStopped = false;

  constructor(ports: TrainingPorts) {
    this.#ports = ports;
  }

  /** Changes the training of devices from now on; those at work go on. */
  offer(offer: TrainingOffer): void {
    const plan = { ...offer.plan, bases: [] };
    this.#offer = { ...offer, plan, planBytes: writePlan(plan) };
    this.give();
  }

  /** Versions whose updates a buffer takes, newest first; empty before the first offer. */
  get versions(): readonly ModelHash[] {
    return this.#offer?.versions ?? [];
  }

  /** Versions from which devices train now. */
  get models(): readonly ModelHash[] {
    return [...new Set([...this.#atWork.values()].map(({ plan }) => plan.model))];
  }

  /** True if a new device is of use even if no buffer would take an update of its `base`. */
  wants(base: ModelHash | undefined): boolean {
    return this.#offer !== undefined && this.#ports.admits() && !this.#takes(base);
  }

  involves(device: DeviceId): boolean {
    return this.#atWork.has(device);
  }

  /** Gives work, as far as there is room, to waiting devices without an update that a buffer would take. */
  give(): void {
    const { pool, random, clock, admits } = this.#ports;
    const offer = this.#offer;
    if (!offer || this.#isStopped || !admits()) return;
    const room = offer.concurrency - this.#atWork.size;
    const idle = pool.heldFrom(base => !this.#takes(base));
    if (room <= 0 || idle.size === 0) return;
    const { number, plan, planBytes, limit } = offer;
    for (const device of idle.draw(room, random)) {
      this.#atWork.set(device, {
        round: randomId<RoundId>(random),
        number,
        assignment: randomId<AssignmentId>(random),
        token: random(32),
        plan,
        planBytes,
        deadline: clock.now() + limit,
      });
      this.back(device);
    }
    this.#wake();
  }

  /** Repeats to a device that is connected again its current work. */
  back(device: DeviceId): void {
    const { channel } = this.#ports;
    const work = this.#atWork.get(device);
    if (work && channel.isConnected(device)) channel.assign(device, work);
  }

  /** Ends the training of a device: it checks in, or was revoked. */
  over(device: DeviceId): void {
    if (this.#atWork.delete(device)) this.give();
  }

  /** Takes back an assignment that a device gives up; false if it is none of these. */
  leave(device: DeviceId, assignment: AssignmentId): boolean {
    if (this.#atWork.get(device)?.assignment !== assignment) return false;
    this.over(device);
    return true;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  #takes(base: ModelHash | undefined): boolean {
    return base !== undefined && this.versions.includes(base);
  }

  /** Sets the one timer, for the next device whose time is over. */
  #wake(): void {
    this.#cancelTimer();
    const next = Math.min(...[...this.#atWork.values()].map(({ deadline }) => deadline));
    if (Number.isFinite(next) && !this.#isStopped)
      this.#cancelTimer = this.#ports.clock.at(next, () => this.#expire());
  }

  #expire(): void {
    const { clock, channel, comeBackAfter } = this.#ports;
    for (const [device, { round, deadline }] of this.#atWork) {
      if (deadline > clock.now()) continue;
      this.#atWork.delete(device);
      const reason = 'The time to train is over.';
      channel.end(device, { round, outcome: 'closed', reason, after: comeBackAfter(device) });
    }
    this.#wake();
    this.give();
  }
}
