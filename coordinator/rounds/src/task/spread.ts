import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateSettings } from '@murmuration/protocol/messages/plan';
import { wrongTask } from '../configuration/config-error.ts';
import type { Spread } from '../round/round.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { Task } from './task.ts';

interface Given {
  /** Fewest updates in a part's sum that is opened. */
  readonly smallest: number;
  readonly cohort: Task['cohort'];
  readonly strategy: Strategy;
  readonly update: UpdateSettings;
  readonly isAsynchronous: boolean;
  /** True if devices add the noise of a privacy budget. */
  readonly isNoisy: boolean;
  readonly isCentral: boolean;
}

/**
 * Returns how a task's rounds are spread over `cells` cells; null for 1. Throws `config.invalid` if rounds
 * have more than one sum of quantised updates, or need more than such a sum, and if the cohort is too small
 * for the parts.
 */
export function spreadOf(cells: number, given: Given): Spread | null {
  if (cells === 1) return null;
  const { smallest, cohort, strategy, update, isNoisy } = given;
  const misfit = misfitOf(given);
  if (misfit) throw wrongTask(`cohort.cells must be 1 ${misfit}, not ${cells}`);
  if (isNoisy)
    throw wrongTask(
      `cohort.cells must be 1 for noise by devices, not ${cells}: the coordinator sees the sum of each part, so each would need the noise of a whole round. privacy.noise "correlated" is added to the sum of all parts`,
    );
  if (strategy.consumes !== 'sum')
    throw wrongTask(
      `cohort.cells must be 1 for the strategy ${strategy.name}, which takes more than one sum, not ${cells}`,
    );
  if (update.kind !== 'ring' || (update.compression && update.compression.kind !== 'randomMask'))
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.cells must be 1 for ${update.kind === 'ring' ? `update.compression "${update.compression!.kind}"` : 'update.kind "float32"'}, not ${cells}: only the sums of a ring are the same in whatever order they are added.`,
    );
  if (cohort.minimum < cells * smallest)
    throw wrongTask(
      `cohort.minimum must be at least ${cells * smallest} for ${cells} cells with at least ${smallest} updates each, not ${cohort.minimum}`,
    );
  return { count: cells, smallest };
}

function misfitOf({ isAsynchronous, isCentral }: Given): string | undefined {
  if (isAsynchronous) return 'for an asynchronous task';
  if (isCentral) return "with training on the coordinator's own examples";
  return undefined;
}
