import { nodePlatform } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Task } from '@murmuration/rounds/task/task';
import type { Stores } from '@murmuration/storage/storage';
import type { Coordination } from './coordination.ts';

/** Milliseconds between checks whether the run is over. */
const endCheckMs = 5;

/** Opens a complete coordinator on a local port, in real time; devices reach it by HTTP and socket.io. */
export async function socketsCoordination(
  task: Task,
  storage: Stores,
  roundRandom: RandomBytes,
): Promise<Coordination> {
  const { limits, ...config } = parseConfig({
    port: 0,
    log: 'silent',
    openEnrolment: true,
    retention: { versions: 2 },
    limits: {
      connectionsPerAddress: 20_000,
      requestsPerAddress: 1_000_000,
      enrolmentsPerAddress: 1_000_000,
    },
  });
  // Virtual devices don't pause between their messages.
  const messages = { burst: 1_000_000, perSecond: 1_000_000 };
  const coordinator = await createCoordinator({ ...config, limits: { ...limits, messages } }, [task], {
    clock: systemClock,
    random: systemRandom,
    roundRandom,
    storage,
  });
  return {
    url: coordinator.url,
    events: coordinator.events,
    rounds: coordinator.control.tasks[0]!,
    storage,
    virtual: undefined,
    transport: () => nodePlatform.transport,
    cut() {},
    start: () => coordinator.start(),
    async pass(isOver) {
      while (!isOver())
        await new Promise<void>(resolve => systemClock.at(systemClock.now() + endCheckMs, resolve));
    },
    close: () => coordinator.stop(),
  };
}
