import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { CheckIn, CheckInAnswer, ComeBack } from '@murmuration/protocol/messages/check-in';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ActivePopulation } from '../population/active-population.ts';
import type { Conduct } from '../population/conduct.ts';
import { comeBackAfter } from '../population/pacing.ts';
import { type Expected, SentAway } from '../population/sent-away.ts';
import type { WaitingPool } from '../population/waiting-pool.ts';
import type { PrivacyBudgets } from '../privacy/budgets.ts';
import { asleepTooSoon } from '../task/awake.ts';
import { ineligible } from '../task/eligibility.ts';
import { devicesAtOnce, turnoverOf } from '../task/task.ts';
import type { ArmsPort } from './ports.ts';
import type { Attendance } from './round-under-way.ts';
import type { TaskRounds } from './task-rounds.ts';

/**
 * Most waiting devices for each place in a cohort: enough to choose among, few enough to hold connections
 * for.
 */
const waitingPerPlace = 10;
/** ms within which the beginning of a round is worth waiting for with an open connection. */
const maxOpenWaitMs = 60_000;
/** Shortest ms after which a device whose round is still under way asks again. */
const whileInRound = 2_000;
/**
 * ms after which a device that is not eligible asks again: conditions such as charging change within minutes.
 */
const untilEligible = 5 * 60_000;

/**
 * Longest ms after which a device asks again that has no part in a privacy budget yet: rounds may come
 * faster, or budgets change.
 */
const longestAway = 24 * 3_600_000;

/** Longest reason that fits in an answer, in characters. */
const maxReasonLength = 256;

/** Rounds that check-ins are for: those of a task, or its part of them. */
type RoundsOfCheckIns = Pick<TaskRounds, 'task' | 'trainings' | 'trainsHere' | 'untilNextRound'> & {
  readonly current: Pick<Attendance, 'involves'> | undefined;
  /** True if the part that a device had in a round that goes on elsewhere may count in a privacy budget. */
  mayCount?(device: DeviceId): boolean;
};

/** Dependencies of check-ins to a task. */
export interface CheckInPorts {
  readonly rounds: RoundsOfCheckIns;
  readonly pool: WaitingPool;
  readonly conduct: Pick<Conduct, 'outUntil' | 'isBenched'>;
  readonly activePopulation: Pick<ActivePopulation, 'of'>;
  readonly privacy: Pick<PrivacyBudgets, 'outOf' | 'untilKnown'>;
  readonly arms?: Pick<ArmsPort, 'labels'> | undefined;
  /** Source of randomness that spreads check-ins. */
  readonly random: RandomBytes;
  readonly clock: Clock;
  /** Connected devices, and the way to them. */
  readonly channel: {
    readonly devices: Iterable<DeviceId>;
    comeBack(device: DeviceId, message: ComeBack): void;
  };
}

/** Answers check-ins to one task: wait for an assignment, or come back later. */
export class CheckInHandler {
  readonly #ports: CheckInPorts;
  readonly #sentAway = new SentAway();
  #recalls = 0;

  constructor(ports: CheckInPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves once the storage has said what the answer to a device's check-in depends on, or can't be read;
   * undefined if the answer is known at once.
   */
  untilKnown(device: DeviceId): Promise<void> | undefined {
    return this.#ports.privacy.untilKnown(this.#ports.rounds.task, device);
  }

  /**
   * Answers a check-in. A second one replaces the first: a device that must come back later no longer waits.
   * `convicted` is the ms for which the device is left out.
   */
  answer(device: DeviceId, checkIn: CheckIn, sdk: string, convicted = 0): CheckInAnswer {
    this.#ports.pool.remove(device);
    this.#sentAway.remove(device);
    if (convicted > 0)
      return { decision: 'later', after: convicted, reason: 'the device has revealed or dealt wrong shares' };
    const reason = this.#ineligible(checkIn, sdk);
    if (reason !== undefined)
      return { decision: 'later', after: untilEligible, reason: reason.slice(0, maxReasonLength) };
    // It no longer trains: it has an update now, or has lost its work.
    this.#ports.rounds.trainings?.over(device);
    if (this.#ports.rounds.current?.involves(device) || this.#ports.rounds.mayCount?.(device)) {
      const after = this.sendAway(device, whileInRound);
      return { decision: 'later', after, reason: 'the device has a part in this round' };
    }
    const tooSoon = this.#tooSoon(device);
    if (tooSoon) return { decision: 'later', ...tooSoon };
    const out = this.#ports.conduct.outUntil(device);
    if (out) {
      const after = this.sendAway(device, out.time - this.#ports.clock.now());
      return { decision: 'later', after, reason: out.reason };
    }
    const busy = this.#unavailable(checkIn, this.#ports.conduct.isBenched(device));
    if (busy !== undefined) return { decision: 'later', after: this.sendAway(device), reason: busy };
    const answers = this.#ports.arms?.labels(device, checkIn.answers) ?? checkIn.answers;
    this.#ports.pool.add(device, answers, checkIn.base);
    return { decision: 'waiting' };
  }

  /**
   * Ends the waiting of devices that the privacy budget no longer admits, since another cell may have taken
   * steps of it. `end` ends the waiting of one device, which checks in again and is then sent away.
   */
  dismiss(end: (device: DeviceId) => void): void {
    for (const device of this.#ports.pool.devices) {
      if (!this.#tooSoon(device)) continue;
      this.#ports.pool.remove(device);
      end(device);
    }
  }

  /**
   * Returns when and why a device that the next step of the privacy budget excludes has to ask again;
   * undefined if it may take part.
   */
  #tooSoon(device: DeviceId): { readonly after: number; readonly reason: string } | undefined {
    const { task } = this.#ports.rounds;
    const out = this.#ports.privacy.outOf(task, device);
    if (!out) return undefined;
    const after = Math.min(longestAway, Math.max(this.#comeBackAfter(), out.steps * task.interval));
    return { after, reason: out.reason.slice(0, maxReasonLength) };
  }

  /** True if a device meets the conditions of the task. */
  isEligible(checkIn: CheckIn, sdk: string): boolean {
    return this.#ineligible(checkIn, sdk) === undefined;
  }

  #ineligible(checkIn: CheckIn, sdk: string): string | undefined {
    const { task } = this.#ports.rounds;
    return ineligible(task.eligibility, checkIn, sdk) ?? asleepTooSoon(task, checkIn);
  }

  /**
   * Returns the ms after which a device is to check in again (pace steering), at least `shortest`, and
   * expects it then.
   */
  sendAway(device: DeviceId, shortest = 0): number {
    const after = Math.max(shortest, this.#comeBackAfter());
    this.#sentAway.add(device, this.#ports.clock.now() + after);
    return after;
  }

  /**
   * Tells every connected device that neither waits nor has a part in the round when to come back by the
   * current schedule. A device follows it if that is sooner than what it heard before.
   */
  recall(): void {
    this.#recalls += 1;
    const { task, current, trainings } = this.#ports.rounds;
    for (const device of this.#ports.channel.devices) {
      if (this.#ports.pool.has(device) || current?.involves(device) || trainings?.involves(device)) continue;
      this.#ports.channel.comeBack(device, { task: task.name, after: this.sendAway(device) });
    }
  }

  /**
   * Basis on which another process answers check-ins: why a device without its own update is not needed now,
   * and the number of calls of `recall`.
   */
  get outlook(): { readonly busy: string | null; readonly recalls: number } {
    return { busy: this.#unavailable({}) ?? null, recalls: this.#recalls };
  }

  /** Devices that were sent away and have not come back yet. */
  get expected(): Expected {
    return this.#sentAway.expected(this.#ports.clock.now());
  }

  #comeBackAfter(): number {
    const { task, untilNextRound } = this.#ports.rounds;
    return comeBackAfter(
      {
        untilNextRound,
        interval: turnoverOf(task),
        cohortSize: devicesAtOnce(task),
        ...this.#ports.activePopulation.of(task),
      },
      this.#ports.random,
    );
  }

  #unavailable({ base }: Pick<CheckIn, 'base'>, isBenched = false): string | undefined {
    if (this.#ports.rounds.trainsHere) return 'the coordinator trains this model itself';
    const { task, untilNextRound } = this.#ports.rounds;
    const places = devicesAtOnce(task);
    if (this.#ports.pool.size >= waitingPerPlace * places) return 'enough devices are waiting';
    // They hold connections, and are drawn last.
    if (isBenched && this.#ports.pool.benched >= places) return 'enough devices are waiting';
    if (untilNextRound > maxOpenWaitMs && !this.#ports.rounds.trainings?.wants(base))
      return 'no round begins soon';
    return undefined;
  }
}
