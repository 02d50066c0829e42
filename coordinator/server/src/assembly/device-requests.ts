import type { AssignmentId, DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import { countedReason } from '@murmuration/protocol/messages/round';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Convictions } from '@murmuration/rounds/population/convictions';
import type { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import type { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { type AllRounds, findRound } from '@murmuration/rounds/rounds/all-tasks';
import type { CheckInHandler } from '@murmuration/rounds/rounds/check-in';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { DeviceRequests } from '../devices/request-handlers.ts';
import type { SpreadParts } from './parts.ts';

/** Parts that answer devices; maps are by task name. */
interface Answering {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly rounds: AllRounds;
  readonly pools: ReadonlyMap<string, WaitingPool>;
  readonly checkIns: ReadonlyMap<string, CheckInHandler>;
  /** Parts of spread rounds; only in a cell. */
  readonly parts: SpreadParts | undefined;
  readonly deviceRegistry: DeviceRegistry;
  readonly versionAliases: VersionAliases;
  /** Returns the model that an experiment gives the device, or undefined for the champion. */
  readonly armOf: (task: TaskName, device: DeviceId) => ModelHash | undefined;
  /** Called when a device checks in that may take part and would answer these queries. */
  readonly came: (task: TaskName, device: DeviceId, answers?: readonly string[]) => void;
  readonly convictions: Pick<Convictions, 'outUntil'>;
  /** Throws `ticket.refused` for a device that no front has sent for this task. */
  readonly requireSent: (device: DeviceId, message: CheckIn) => void;
}

/** Delay in ms after which a device asks its front again because another cell now has its part of a round. */
const whileMoving = 1_000;

/** Routes device requests to the parts that answer them. */
export function deviceRequests({
  clock,
  events,
  rounds,
  pools,
  checkIns,
  parts,
  deviceRegistry,
  versionAliases,
  armOf,
  came,
  convictions,
  requireSent,
}: Answering): DeviceRequests {
  const find = (round: RoundId, assignment: AssignmentId) =>
    parts?.find(round, assignment) ?? findRound(rounds, round, assignment);
  const checkInsFor = (task: TaskName, device: DeviceId): CheckInHandler | undefined => {
    const isSpread = parts?.isSpread(task) ?? false;
    return isSpread ? parts!.checkInsFor(task, device) : knownTask(checkIns.get(task), task);
  };
  const servedHere = (task: TaskName, device: DeviceId): ModelHash | undefined => {
    const { champion } = versionAliases.of(task);
    return armOf(task, device) ?? (champion.pinned ? champion.model : undefined);
  };
  const all = () => [...rounds.values(), ...(parts?.all ?? [])];
  /**
   * Removes a device from all waiting: it waited on a connection that is over, even if a new one has replaced
   * it.
   */
  const waitsNoMore = (device: DeviceId) => {
    parts?.moved(device);
    for (const pool of [...pools.values(), ...(parts?.pools ?? [])]) pool.remove(device);
  };
  return {
    welcome(device) {
      const here = Array.from(rounds.values(), ({ upcoming }) => upcoming);
      const beside = (parts?.tasks ?? []).filter(({ name }) => !rounds.has(name));
      const tasks = [...here, ...beside].map(({ name, eligibility }) => ({
        task: name,
        leastExamples: eligibility.minExamples,
      }));
      const serve = tasks.flatMap(({ task }) => {
        const model = rounds.has(task) ? servedHere(task, device) : parts!.servedBy(task, device);
        return model ? [{ task, model }] : [];
      });
      return { now: clock.now(), tasks, ...(serve.length > 0 && { serve }) };
    },
    untilKnown(device, message) {
      const checkIn = checkInsFor(message.task, device);
      requireSent(device, message);
      return checkIn?.untilKnown(device);
    },
    checkIn({ device: { id: device }, sdk }, message) {
      const checkIn = checkInsFor(message.task, device);
      requireSent(device, message);
      if (!checkIn) return { decision: 'later', after: whileMoving, reason: 'another cell has its part now' };
      const out = (convictions.outUntil(device) ?? 0) - clock.now();
      const isEligible = checkIn.isEligible(message, sdk);
      if (isEligible && out <= 0) came(message.task, device, message.answers);
      const answer = checkIn.answer(device, message, sdk, out);
      events.emit('checked-in', device, message.task, answer.decision, isEligible);
      return answer;
    },
    contribute: ({ device }, phase, { round, assignment, message }) =>
      find(round, assignment).contribute(device, assignment, phase, message),
    leave({ device: { id } }, { round, assignment, reason }) {
      for (const { task, trainings } of rounds.values())
        if (trainings?.leave(id, assignment))
          return void events.emit('left', task.name, countedReason(reason));
      return find(round, assignment).leave(id, assignment, reason);
    },
    forget: device => deviceRegistry.forget(device),
    expects: device =>
      [...pools.values(), ...(parts?.pools ?? [])].some(pool => pool.has(device)) ||
      all().some(({ current, trainings }) => current?.involves(device) || trainings?.involves(device)),
    connected(device) {
      waitsNoMore(device);
      for (const { current, trainings } of all()) {
        current?.back(device);
        trainings?.back(device);
      }
    },
    disconnected(device) {
      waitsNoMore(device);
      for (const each of all()) each.current?.away(device);
    },
  };
}
