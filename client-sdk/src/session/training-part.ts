import type { Assignment } from '@murmuration/protocol/messages/round';
import { Participations } from '../floors/participations.ts';
import { requirePrivateLayers } from '../floors/require-plan.ts';
import { retry } from '../retry/retry.ts';
import { learn } from './learn.ts';
import type { Part } from './part.ts';
import type { SessionPorts } from './ports.ts';

/** The part of a device that trains. */
export function trainingPart(assignment: Assignment, ports: SessionPorts): Part {
  const { plan } = assignment;
  const { floors, keepPrivate, contributions, store, models, platform, transport } = ports;
  const participations = new Participations(store.storage, plan.task, floors.privacy);
  return {
    smallestSum: plan.privacy?.noise?.quorum ?? 0,
    async require(signal, isMade) {
      requirePrivateLayers(plan, keepPrivate);
      await contributions.require(assignment.assignment, plan.model, isMade);
      await participations.require(plan, assignment.assignment, isMade);
      if (floors.topology === 'pinned')
        await retry(() => models.inspect(plan.model, signal, transport), platform, signal);
    },
    make: (signal, report) => learn(assignment, ports, signal, report),
    async count() {
      await participations.count(plan, assignment.assignment);
      await contributions.count(assignment.assignment, plan.model);
    },
  };
}
