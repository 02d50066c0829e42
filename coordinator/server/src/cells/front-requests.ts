import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn, CheckInAnswer, SentElsewhere } from '@murmuration/protocol/messages/check-in';
import type { Welcome } from '@murmuration/protocol/messages/hello';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { comeBackAfter } from '@murmuration/rounds/population/pacing';
import { asleepTooSoon } from '@murmuration/rounds/task/awake';
import { ineligible } from '@murmuration/rounds/task/eligibility';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { TaskPlace } from '@murmuration/storage/leases/ports';
import { type Directory, servedBy } from './directory.ts';
import type { Tickets } from './tickets.ts';

/** Maximum milliseconds until a round begins for which a device is sent to the cell. */
const maxOpenWaitMs = 60_000;
/** Milliseconds after which a device that is not eligible asks again. */
const untilEligible = 5 * 60_000;
/**
 * Minimum milliseconds after which a device asks again while its task moves between two cells; a random delay
 * of up to as much is added.
 */
const whileMoving = 1_000;
const maxReasonLength = 256;

export interface FrontPorts {
  readonly directory: Pick<Directory, 'places' | 'placeOf' | 'untilNextRound'>;
  readonly tickets: Tickets;
  readonly clock: Clock;
  /** Source of randomness that spreads check-ins. */
  readonly random: RandomBytes;
  /** Returns the number of devices connected to this front. */
  readonly connected: () => number;
}

/** Answers devices at a front. Rounds are not its concern: they are between devices and their cell. */
export class FrontRequests {
  readonly #ports: FrontPorts;

  constructor(ports: FrontPorts) {
    this.#ports = ports;
  }

  welcome(device: DeviceId): Welcome {
    const { directory, clock } = this.#ports;
    const known = Array.from(directory.places, ([task, { said }]) => ({
      task: task as TaskName,
      said,
    })).flatMap(({ task, said }) => (said ? [{ task, standing: said.standing }] : []));
    const tasks = known.map(({ task, standing }) => ({
      task,
      leastExamples: standing.eligibility.minExamples,
    }));
    const serve = known.flatMap(({ task, standing }) => {
      const model = servedBy(standing, device);
      return model ? [{ task, model }] : [];
    });
    return { now: clock.now(), tasks, ...(serve.length > 0 && { serve }) };
  }

  /** Returns a time to come back, or a ticket to the cell that has the task. Throws `task.unknown`. */
  checkIn(device: DeviceId, sdk: string, message: CheckIn): CheckInAnswer | SentElsewhere {
    const { directory, tickets, clock } = this.#ports;
    const { task } = message;
    const place = knownTask(directory.places.get(task), task);
    const to = (cell: string): SentElsewhere => ({
      decision: 'elsewhere',
      cell,
      ticket: tickets.issue({ task, device }, cell, clock.now()),
    });
    // The cell that leads the rounds decides who may come; in a task with parts, the cell of the device's
    // part takes it.
    const { said } = place;
    const part = directory.placeOf(place, device);
    const cell = part?.cell ?? null;
    if (cell === null || !part?.said || !said) {
      const after = Math.round(whileMoving * (1 + this.#ports.random(1)[0]! / 256));
      return { decision: 'later', after, reason: 'another cell is about to take the task over' };
    }
    // The device may be in the middle of a round, which it finds at the task's current cell.
    if (tickets.isKnown(message.ticket, { task, device }, clock.now())) return to(cell);
    const { standing } = said;
    const reason = ineligible(standing.eligibility, message, sdk) ?? asleepTooSoon(standing, message);
    if (reason !== undefined)
      return { decision: 'later', after: untilEligible, reason: reason.slice(0, maxReasonLength) };
    if (message.base) return to(cell);
    const isFar = directory.untilNextRound(part) > maxOpenWaitMs;
    const { busy } = part.said.standing;
    if (busy === null && !isFar) return to(cell);
    return {
      decision: 'later',
      after: this.comeBackAfter(place),
      reason: busy ?? 'no round begins soon',
    };
  }

  /** Returns the milliseconds after which a device of a task must check in again (pace steering). */
  comeBackAfter(place: TaskPlace): number {
    const { directory, connected, random } = this.#ports;
    const { interval, cohortSize, population } = place.said!.standing;
    const untilNextRound = directory.untilNextRound(place);
    return comeBackAfter(
      { untilNextRound, interval, cohortSize, population, connected: connected() },
      random,
    );
  }
}
