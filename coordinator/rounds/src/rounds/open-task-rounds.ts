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

/** What the rounds of a task stand on, but for what they are to each other. */
export interface TaskPorts
  extends Omit<
    DriverPorts,
    'primitives' | 'pool' | 'channel' | 'makeVersion' | 'comeBackAfter' | 'recall' | 'conduct'
  > {
  readonly registry: Registry;
  readonly queryResults: QueryResultStore;
  readonly channel: CohortChannel & CheckInPorts['channel'];
  readonly activePopulation: Pick<ActivePopulation, 'of'>;
  /** Where it is kept how devices behave; undefined: nowhere. */
  readonly marks?: MarkStore | undefined;
  /** Spreads check-ins. */
  readonly jitter: RandomBytes;
  /** The step from a sum to a version; `taskOf` gives the task as it is set when a round ends. */
  readonly makeVersion: (taskOf: () => Task) => MakeVersion;
}

/** The rounds of one task, the devices that wait for one, and what answers check-ins. */
export interface OpenTaskRounds {
  readonly rounds: TaskRounds;
  readonly pool: WaitingPool;
  readonly checkIns: CheckInHandler;
  readonly conduct: Conduct;
}

/** Puts the rounds of a task together with those who wait for them; nothing begins before `rounds.start`. */
export function openTaskRounds(
  task: Task,
  { registry, queryResults, activePopulation, marks, jitter, makeVersion, ...ports }: TaskPorts,
): OpenTaskRounds {
  const { clock, channel, privacy, events } = ports;
  const conduct = new Conduct({ task: () => rounds.task, clock, events, store: marks });
  const pool = new WaitingPool(() => rounds.poolChanged(), conduct);
  const inquiries = new Inquiries(queryResults, privacy.answers, ports.arms);
  const rounds: TaskRounds = new TaskRounds(task, registry, inquiries, {
    ...ports,
    primitives: native,
    pool,
    conduct,
    // Nobody waits for devices that may not come.
    enrolled: () => ports.enrolled() - privacy.out(rounds.task),
    makeVersion: makeVersion(() => rounds.task),
    comeBackAfter: device => checkIns.sendAway(device),
    recall: () => checkIns.recall(),
  });
  const checkIns = new CheckInHandler({
    rounds,
    pool,
    conduct,
    activePopulation,
    privacy,
    arms: ports.arms,
    random: jitter,
    clock,
    channel,
  });
  return { rounds, pool, checkIns, conduct };
}
