import { classesOf } from '@murmuration/engine/inference/classes-of';
import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { Participations } from '../floors/participations.ts';
import { requirePrivateLayers } from '../floors/require-plan.ts';
import { retry } from '../retry/retry.ts';
import { learn } from './learn.ts';
import type { AnyPart } from './part.ts';
import type { SessionPorts } from './ports.ts';

/** Returns the part of a device that trains. */
export function trainingPart(assignment: Assignment, ports: SessionPorts): AnyPart {
  const { plan } = assignment;
  const { floors, keepPrivate, contributions, store, models, platform, transport, served } = ports;
  let began: number | undefined;
  const participations = new Participations(store.storage, plan.task, floors.privacy);
  return {
    smallestSum: Math.max(plan.privacy?.noise?.quorum ?? 0, plan.leastSum ?? 0),
    async require(signal, isMade) {
      requirePrivateLayers(plan, keepPrivate);
      await contributions.require(assignment, isMade);
      await participations.require(plan, assignment.assignment, isMade);
      const grows = served?.serving.grows;
      if (floors.topology === 'any' && !grows) return;
      const { topology } = await retry(() => models.inspect(plan.model, signal, transport), platform, signal);
      if (grows) requireOwnClasses(served.serving, topology);
    },
    make: (signal, report) =>
      learn(assignment, ports, signal, report, () => {
        began = platform.clock.now();
      }),
    began: () => began,
    async count() {
      await participations.count(plan, assignment.assignment);
      await contributions.count(assignment);
    },
  };
}

/** Throws `training.vocabulary` for a version with another number of classes than the app has labels. */
function requireOwnClasses({ classes }: Serving<unknown>, topology: unknown): void {
  const known = classesOf(topology) ?? classes;
  if (known === classes) return;
  const advice = known > classes ? 'update the app' : 'a version with these is to come';
  throw new MurmurationError(
    'training.vocabulary',
    `The version knows ${known} classes and the app ${classes}, so this device does not train it: ${advice}.`,
  );
}
