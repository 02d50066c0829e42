import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { BufferTerms } from '../round/round.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { Task } from './task.ts';

/** What a definition says of cohorts, of either mode. */
interface CohortSettings {
  readonly mode: 'synchronous' | 'asynchronous';
  readonly goal: number;
  readonly minimum?: number | undefined;
  readonly overSelection?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly maxStaleness?: number | undefined;
}

/** Devices chosen for each update wanted, where a task does not say. */
const usualOverSelection = 1.3;
/** Buffers that may close between an assignment and its update, where a task does not say. */
const usualStaleness = 20;

/** The cohort of a task, and its buffers where it is asynchronous. Throws `config.invalid` for fields of the other mode, or missing ones. */
export function cohortOf(settings: CohortSettings): Pick<Task, 'cohort' | 'buffer'> {
  const { mode, goal } = settings;
  if (mode === 'synchronous') {
    refuseFields(settings, ['concurrency', 'maxStaleness'], 'only asynchronous tasks have it');
    const { minimum, overSelection = usualOverSelection } = settings;
    if (minimum === undefined)
      throw new MurmurationError(
        'config.invalid',
        `The task: cohort.minimum must be given: the updates, from 1 to cohort.goal (${goal}), below which a round fails.`,
      );
    return { cohort: { goal, minimum, overSelection }, buffer: null };
  }
  refuseFields(settings, ['minimum', 'overSelection'], 'a buffer closes when it has cohort.goal updates');
  const { concurrency, maxStaleness = usualStaleness } = settings;
  if (concurrency === undefined)
    throw new MurmurationError(
      'config.invalid',
      'The task: cohort.concurrency must be given: the devices that an asynchronous task has at work at the same time.',
    );
  // The checkpoint of a buffer of one would be an update.
  if (goal < 2)
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.goal must be at least 2 in an asynchronous task, not ${goal}: a version of one update shows it.`,
    );
  return { cohort: { goal, minimum: goal, overSelection: 1 }, buffer: { concurrency, maxStaleness } };
}

/** What a definition would say of a cohort. */
export function cohortSettings({ cohort, buffer }: Task) {
  if (!buffer) return { ...cohort };
  return { mode: 'asynchronous' as const, goal: cohort.goal, ...buffer };
}

/** Throws `config.invalid` for what an asynchronous task can't be combined with. */
export function refuseSynchronised(
  { name, consumes }: Strategy,
  {
    isMasked,
    isPrivate,
    isRetrained,
  }: {
    readonly isMasked: boolean;
    readonly isPrivate: boolean;
    readonly isRetrained: boolean;
  },
): void {
  if (isMasked)
    throw new MurmurationError(
      'config.invalid',
      'The task: masking must be "off" in an asynchronous task: devices mask with those who begin together with them. Leave cohort.mode "synchronous" to mask updates; devices whose app expects masks take no part otherwise.',
    );
  if (isPrivate)
    throw new MurmurationError(
      'config.invalid',
      'The task: privacy can\'t be combined with cohort.mode "asynchronous": a device is accounted for by rounds that begin together. Leave the mode "synchronous", or set no privacy.',
    );
  if (isRetrained)
    throw new MurmurationError(
      'config.invalid',
      'The task: retrain can\'t be combined with cohort.mode "asynchronous": a run ends between two rounds, and there devices are at work all the time. Leave the mode "synchronous", or set no retrain.',
    );
  if (consumes !== 'sum')
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} needs more than the sum of all updates, and an asynchronous task adds updates up as they come; choose a strategy of sums such as fedAvg().`,
    );
}

/** Whether a change would turn a task from one mode to the other. */
export function changesMode(before: Task, after: Task): boolean {
  return (before.buffer === null) !== (after.buffer === null);
}

function refuseFields(
  settings: CohortSettings,
  fields: readonly (keyof CohortSettings & keyof (BufferTerms & Task['cohort']))[],
  why: string,
): void {
  for (const field of fields)
    if (settings[field] !== undefined)
      throw new MurmurationError(
        'config.invalid',
        `The task: cohort.${field} must be left out where cohort.mode is "${settings.mode}": ${why}.`,
      );
}
