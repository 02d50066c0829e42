import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { ActivePopulation } from '../population/active-population.ts';
import { Conduct } from '../population/conduct.ts';
import type { MarkStore } from '../population/mark.ts';
import { WaitingPool } from '../population/waiting-pool.ts';
import type { QueryResultStore } from '../registry/query-results.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';
import { CheckInHandler, type CheckInPorts } from './check-in.ts';
import { Inquiries } from './inquiries.ts';
import type { CohortChannel, DriverPorts, MakeVersion } from './ports.ts';
import { TaskRounds } from './task-rounds.ts';

/** Dependencies of the rounds of a task, except those on each other. */
export interface TaskPorts
  extends Omit<
    DriverPorts,
    'primitives' | 'pool' | 'channel' | 'makeVersion' | 'comeBackAfter' | 'recall' | 'conduct'
  > {
  readonly registry: Registry;
  readonly queryResults: QueryResultStore;
  readonly channel: CohortChannel & CheckInPorts['channel'];
  readonly activePopulation: Pick<ActivePopulation, 'of'>;
  /** Storage of the devices' conduct; undefined if it is not stored. */
  readonly marks?: MarkStore | undefined;
  /** Source of randomness that spreads check-ins. */
  readonly jitter: RandomBytes;
  /** Step from a sum to a version; `taskOf` returns the task with its settings at the end of a round. */
  readonly makeVersion: (taskOf: () => Task) => MakeVersion;
}

/** Rounds of one task, the devices that wait for one, and the handler of check-ins. */
export interface OpenTaskRounds {
  readonly rounds: TaskRounds;
  readonly pool: WaitingPool;
  readonly checkIns: CheckInHandler;
  readonly conduct: Conduct;
}

/**
 * Connects the rounds of a task with the devices that wait for them; nothing begins before `rounds.start`.
 */
export function openTaskRounds(
  task: Task,
  { registry, queryResults, activePopulation, marks, jitter, makeVersion, ...ports }: TaskPorts,
): OpenTaskRounds {
  const { clock, privacy, events } = ports;
  const conduct = new Conduct({ task: () => rounds.task, clock, events, store: marks });
  const pool = new WaitingPool(() => rounds.poolChanged(), conduct);
  const inquiries = new Inquiries(queryResults, privacy.answers, ports.arms);
  const rounds: TaskRounds = new TaskRounds(task, registry, inquiries, {
    ...ports,
    primitives: native,
    pool,
    conduct,
    // Devices that may not take part are not waited for.
    enrolled: () => ports.enrolled() - privacy.out(rounds.task),
    makeVersion: makeVersion(() => rounds.task),
    comeBackAfter: device => checkIns.sendAway(device),
    recall: () => checkIns.recall(),
  });
  const checkIns = new CheckInHandler({
    ...ports,
    rounds,
    pool,
    conduct,
    activePopulation,
    random: jitter,
  });
  return { rounds, pool, checkIns, conduct };
}
