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

/** A round that begins within this many ms is worth a way to the cell. */
const patience = 60_000;
/** ms after which a device that is not eligible asks again. */
const untilEligible = 5 * 60_000;
/** ms after which a device asks again whose task is between two cells, at least; up to twice as long, at random. */
const whileMoving = 1_000;
const longestReason = 256;

export interface FrontPorts {
  readonly directory: Pick<Directory, 'places' | 'placeOf' | 'untilNextRound'>;
  readonly tickets: Tickets;
  readonly clock: Clock;
  /** Spreads check-ins. */
  readonly random: RandomBytes;
  /** Devices that are connected to this front. */
  readonly connected: () => number;
}

/** What a front answers devices: nothing of a round, which is between them and its cell. */
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

  /** A time to come back, or a ticket to the cell that has the task. Throws `task.unknown`. */
  checkIn(device: DeviceId, sdk: string, message: CheckIn): CheckInAnswer | SentElsewhere {
    const { directory, tickets, clock } = this.#ports;
    const { task } = message;
    const place = knownTask(directory.places.get(task), task);
    const to = (cell: string): SentElsewhere => ({
      decision: 'elsewhere',
      cell,
      ticket: tickets.issue({ task, device }, cell, clock.now()),
    });
    // The cell that leads the rounds says who may come; where these have parts, that of the device's part takes it.
    const { said } = place;
    const part = directory.placeOf(place, device);
    const cell = part?.cell ?? null;
    if (cell === null || !part?.said || !said) {
      const after = Math.round(whileMoving * (1 + this.#ports.random(1)[0]! / 256));
      return { decision: 'later', after, reason: 'another cell is about to take the task over' };
    }
    // It may be in the midst of a round, which it finds where the task is now.
    if (tickets.isKnown(message.ticket, { task, device }, clock.now())) return to(cell);
    const { standing } = said;
    const reason = ineligible(standing.eligibility, message, sdk) ?? asleepTooSoon(standing, message);
    if (reason !== undefined)
      return { decision: 'later', after: untilEligible, reason: reason.slice(0, longestReason) };
    if (message.base) return to(cell);
    const isFar = directory.untilNextRound(part) > patience;
    const { busy } = part.said.standing;
    if (busy === null && !isFar) return to(cell);
    return {
      decision: 'later',
      after: this.comeBackAfter(place),
      reason: busy ?? 'no round begins soon',
    };
  }

  /** ms after which a device of a task is to check in again (pace steering). */
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
