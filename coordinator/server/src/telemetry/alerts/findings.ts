import { dataDrifted } from './data-drifted.ts';
import { type DiskTrend, diskFilling } from './disk-filling.ts';
import type { TaskFacts } from './facts.ts';
import { figureFell } from './figure-fell.ts';
import type { Finding } from './finding.ts';
import { type EnrolmentTrend, manyEnrolments } from './many-enrolments.ts';
import { manyFailures, roundsDelayed } from './many-failures.ts';
import { noEligibleDevices } from './no-eligible-devices.ts';
import { roundsFailing } from './rounds-failing.ts';
import type { AlertSettings } from './settings.ts';

/**
 * Returns the problems at `now`, in ms since 1970. Rounds of a paused task have none, since an operator knows
 * of the pause.
 */
export function findingsOf(
  tasks: readonly TaskFacts[],
  disk: DiskTrend,
  enrolments: EnrolmentTrend,
  settings: AlertSettings,
  now: number,
): readonly Finding[] {
  const found = tasks
    .filter(({ isPaused }) => !isPaused)
    .flatMap(facts => findingsOfTask(facts, settings, now));
  // The model of a paused task is still served.
  const drifts = tasks.flatMap(({ drifts }) => drifts.map(dataDrifted));
  const { manyEnrolments: most } = settings;
  return [
    ...found,
    ...drifts,
    diskFilling(disk),
    most === null ? null : manyEnrolments(enrolments, most, now),
  ].filter(each => each !== null);
}

function findingsOfTask(facts: TaskFacts, settings: AlertSettings, now: number): (Finding | null)[] {
  const { roundsFailing: rounds, noEligibleDevices: limit, figuresFell } = settings;
  return [
    rounds === null
      ? null
      : (roundsFailing(facts.task, facts.failures, rounds, facts.shared) ??
        manyFailures(facts.task, facts.outcomes, facts.shared)),
    roundsDelayed(facts.task, facts.slow, now),
    ...figuresFell.map((figure, i) => figureFell(facts.task, facts.figures[i]!, facts.base, figure)),
    limit === null ? null : noEligibleDevices(facts, limit, now),
  ];
}
