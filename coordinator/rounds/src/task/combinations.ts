import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import type * as z from 'zod';
import { wrongTask } from '../configuration/config-error.ts';
import { measuredOf } from '../evaluation/on-devices.ts';
import { refuseSynchronised } from './asynchronous.ts';
import { requireGroups } from './groups.ts';
import {
  fairCapOf,
  refuseIncompressible,
  refuseKeepingEach,
  refuseUnasked,
  refuseUnclippable,
  refuseUncontrollable,
  refuseUnmaskable,
  refuseUnwatchable,
} from './misfits.ts';
import { refuseTogether } from './prohibitions.ts';
import { misfitOf } from './retrain/retrain.ts';
import { spreadOf } from './spread.ts';
import type { Task, TaskQuery } from './task.ts';
import { problemOfGate } from './task-gate.ts';
import { queryOf } from './task-promotion.ts';
import type { taskSchema } from './task-schema.ts';

/** A definition with valid fields, and the settings derived from them. */
export interface TaskDraft extends Pick<Task, 'cohort' | 'buffer' | 'queries'> {
  readonly given: z.output<typeof taskSchema>;
  readonly update: UpdateSettings;
  /** Evaluator that runs in the coordinator; null if devices measure versions, or nothing does. */
  readonly evaluation: Task['evaluator'];
  readonly isMasked: boolean;
  readonly isPrivate: boolean;
  readonly isAsynchronous: boolean;
  /** Devices add the noise of a privacy budget. */
  readonly isNoisy: boolean;
}

/** Masking, groups and cells, which decide the kind of sums in a round. */
export type Sums = Pick<Task, 'masking' | 'groups' | 'spread'>;

/** Throws `config.invalid` for cohort sizes and times that contradict each other. */
export function requireSizes(draft: TaskDraft): void {
  const { given, cohort } = draft;
  const { plan, deadlines, uploadSlot } = given;
  if (plan.optimizer) refuseTogether('plan.optimizer', draft);
  if (cohort.minimum > cohort.goal)
    throw wrongTask(`cohort.minimum must be at most cohort.goal (${cohort.goal}), not ${cohort.minimum}`);
  // An update is sent up to two slots after it is made.
  if (deadlines.updates < 3 * uploadSlot)
    throw wrongTask(
      `deadlines.updates must be at least three times uploadSlot (${uploadSlot} ms), not ${deadlines.updates} ms: devices send their updates up to two slots after they are made`,
    );
}

/**
 * Returns the largest weight of an update if the strategy has devices weigh updates by their losses, else
 * null; `weightCap` is the definition's. Throws `config.invalid` for features that the strategy can't be
 * combined with.
 */
export function fitStrategy(draft: TaskDraft, weightCap: number | undefined): number | null {
  const { update, isPrivate, isAsynchronous } = draft;
  const { strategy, retrain } = draft.given;
  if (strategy.consumes === 'each') {
    refuseTogether('a strategy of single updates', draft);
    refuseKeepingEach(strategy, draft);
  }
  if (isAsynchronous) refuseSynchronised(strategy, { isPrivate, isRetrained: retrain !== null });
  const fairCap = fairCapOf(strategy, weightCap, draft);
  refuseUnclippable(strategy, draft);
  if (update.perLayer) refuseTogether('update.perLayer', draft);
  refuseUncontrollable(strategy, draft);
  refuseIncompressible(draft);
  if (isPrivate) refuseTogether('privacy', draft);
  return fairCap;
}

/** Throws `config.invalid` for triggers, and for training in the coordinator, that do not fit the task. */
export function refuseRetraining({ given, evaluation, isPrivate }: TaskDraft): void {
  const { retrain, training: central, plan } = given;
  const misfit =
    retrain &&
    misfitOf(retrain, {
      hasEvaluation: evaluation !== null,
      hasPrivacy: isPrivate,
      isCentral: central !== null,
    });
  if (misfit) throw wrongTask(`${misfit.field} ${misfit.message}`);
  if (central && plan.privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: training on the coordinator's own examples can't be combined with plan.privateLayers, which only devices train.",
    );
}

/**
 * Returns the masking, groups and cells of a task. Throws `config.invalid` if cohorts are too small for the
 * sums, or if the strategy needs other sums.
 */
export function sumsOf({ given, update, cohort, isMasked, isAsynchronous, isNoisy }: TaskDraft): Sums {
  const { strategy, masking: asked } = given;
  const { masking, groups } = maskingOf(asked);
  requireGroups(strategy, groups, cohort, isMasked);
  const spread = spreadOf(given.cohort.cells, {
    smallest: asked === 'off' ? 1 : asked.smallestGroup,
    cohort,
    strategy,
    update,
    isAsynchronous,
    isNoisy,
    isCentral: given.training !== null,
  });
  if (masking) refuseUnmaskable(masking, update.kind, cohort, groups?.count ?? spread?.count ?? 1);
  return { masking, groups, spread };
}

/** Splits masking into the settings that plans carry and the groups, which only the coordinator knows. */
function maskingOf(masking: z.output<typeof taskSchema>['masking']): {
  readonly masking: MaskingSettings | null;
  readonly groups: Task['groups'];
} {
  if (masking === 'off') return { masking: null, groups: null };
  const { groups, smallestGroup, ...settings } = masking;
  return { masking: settings, groups: groups === 1 ? null : { count: groups, smallest: smallestGroup } };
}

/** Throws `config.invalid` if versions can't be served, judged or promoted as the task says. */
export function refuseUses(draft: TaskDraft): void {
  const { given, queries, evaluation, isMasked, isPrivate, isAsynchronous } = draft;
  const { serving, gate, promote, watch } = given;
  const { privateLayers } = given.plan;
  if (serving.remote && privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: serving.remote can't be combined with plan.privateLayers, since the coordinator has no trained weights of these layers.",
    );
  if (serving.ngrams) requireNgrams(serving.ngrams, queries);
  const problem = gate && problemOfGate(gate, measuredOf({ evaluator: evaluation, queries }), privateLayers);
  if (problem) throw new MurmurationError('config.invalid', `The task: ${problem}`);
  const asked = promote && queryOf(promote);
  if (promote && asked !== null) refuseUnasked(asked, promote, given.queries);
  if (promote && (!gate || (privateLayers.length > 0 && asked === null)))
    throw new MurmurationError(
      'config.invalid',
      gate
        ? "The task: promote can't be combined with plan.privateLayers, since no inference server answers with such a model."
        : 'The task: promote needs a gate, since only what has passed it is promoted by itself.',
    );
  if (watch) refuseUnwatchable(watch, gate, isMasked && !isAsynchronous, isPrivate);
}

/**
 * Throws `config.invalid` for an n-gram file that devices can't read, and for the name of a query that isn't
 * of the kind `ngrams`.
 */
function requireNgrams(ngrams: Uint8Array | string, queries: readonly TaskQuery[]): void {
  if (typeof ngrams === 'string') {
    if (queries.some(({ query }) => query.name === ngrams && query.kind === 'ngrams')) return;
    throw wrongTask(`serving.ngrams: there is no query "${ngrams}" of the kind ngrams among its queries`);
  }
  try {
    decodeNgrams(ngrams);
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The task: serving.ngrams: ${(cause as Error).message}`, {
      cause,
    });
  }
}
