import { mostBases } from '@murmuration/protocol/messages/plan';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import { wrongTask } from '../configuration/config-error.ts';
import type { BufferLimits } from '../round/round.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { addsAsTheyCome, type Task } from './task.ts';

/** Settings of `cohort` in a definition, of either mode. */
interface CohortSettings {
  readonly mode: 'synchronous' | 'asynchronous';
  readonly goal: number;
  readonly minimum?: number | undefined;
  readonly overSelection?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly maxStaleness?: number | undefined;
}

/** Default number of devices drawn for each update wanted. */
const usualOverSelection = 1.3;
/**
 * Default number of versions that may be made between an assignment and its update. With masking it is 0,
 * since apps take part in sums of one version only by default.
 */
const usualStaleness = { masked: 0, open: 20 };
/** Default number of devices at work for each update of a version. */
const usualConcurrency = 2;

/** Largest `concurrency` that the schema of tasks allows. */
const mostConcurrency = 100_000;

/** Default share of a masked buffer's goal below which the buffer fails. */
const defaultMinGoalShare = 0.8;

/**
 * Returns a task's cohort, and its buffer if the task is asynchronous. Throws `config.invalid` for missing
 * fields and for fields of the other mode.
 */
export function cohortOf(settings: CohortSettings, isMasked: boolean): Pick<Task, 'cohort' | 'buffer'> {
  const { mode, goal } = settings;
  if (mode === 'synchronous') {
    refuseFields(settings, ['concurrency', 'maxStaleness'], 'only asynchronous tasks have it');
    const { minimum, overSelection = usualOverSelection } = settings;
    if (minimum === undefined)
      throw wrongTask(
        `cohort.minimum must be given: the updates, from 1 to cohort.goal (${goal}), below which a round fails`,
      );
    return { cohort: { goal, minimum, overSelection }, buffer: null };
  }
  if (!isMasked)
    refuseFields(
      settings,
      ['minimum', 'overSelection'],
      'without masks a buffer closes when it has cohort.goal updates',
    );
  const { concurrency = Math.min(mostConcurrency, usualConcurrency * goal) } = settings;
  const { maxStaleness = isMasked ? usualStaleness.masked : usualStaleness.open } = settings;
  // With a goal of 1, the checkpoint would reveal the update.
  if (goal < 2)
    throw wrongTask(
      `cohort.goal must be at least 2 in an asynchronous task, not ${goal}: a version of one update shows it`,
    );
  const buffer = { concurrency, maxStaleness };
  if (!isMasked) return { cohort: { goal, minimum: goal, overSelection: 1 }, buffer };
  if (maxStaleness >= mostBases)
    throw wrongTask(
      `cohort.maxStaleness must be at most ${mostBases - 1} with masking, not ${maxStaleness}: devices take part in no buffer of more versions`,
    );
  const { overSelection = usualOverSelection } = settings;
  const { minimum = Math.max(fewestContributors, Math.ceil(defaultMinGoalShare * goal)) } = settings;
  return { cohort: { goal, minimum, overSelection }, buffer };
}

/** Returns the cohort settings as a definition has them. */
export function cohortSettings(task: Task) {
  const { cohort, buffer } = task;
  if (!buffer) return { ...cohort };
  return {
    mode: 'asynchronous' as const,
    ...(addsAsTheyCome(task) ? { goal: cohort.goal } : cohort),
    ...buffer,
  };
}

/** Throws `config.invalid` for features that can't be combined with an asynchronous task. */
export function refuseSynchronised(
  { name, consumes }: Strategy,
  {
    isPrivate,
    isRetrained,
  }: {
    readonly isPrivate: boolean;
    readonly isRetrained: boolean;
  },
): void {
  if (isPrivate)
    throw wrongTask(
      'privacy can\'t be combined with cohort.mode "asynchronous": a device is accounted for by rounds that begin together. Leave the mode "synchronous", or set no privacy',
    );
  if (isRetrained)
    throw wrongTask(
      'retrain can\'t be combined with cohort.mode "asynchronous": a run ends between two rounds, and there devices are at work all the time. Leave the mode "synchronous", or set no retrain',
    );
  if (consumes !== 'sum')
    throw wrongTask(
      `the strategy ${name} needs more than the sum of all updates, and an asynchronous task adds updates up as they come; choose a strategy of sums such as fedAvg()`,
    );
}

/** True if a change switches between the modes, or turns masking of the buffers on or off. */
export function changesMode(before: Task, after: Task): boolean {
  const isOther = (before.buffer === null) !== (after.buffer === null);
  return isOther || addsAsTheyCome(before) !== addsAsTheyCome(after);
}

function refuseFields(
  settings: CohortSettings,
  fields: readonly (keyof CohortSettings & keyof (BufferLimits & Task['cohort']))[],
  why: string,
): void {
  for (const field of fields)
    if (settings[field] !== undefined)
      throw wrongTask(`cohort.${field} must be left out where cohort.mode is "${settings.mode}": ${why}`);
}
