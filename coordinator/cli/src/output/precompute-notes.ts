import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { PrecomputeEvents } from '@murmuration/serving/precompute/events';
import { note } from './output.ts';

/** Notes the progress of precompute jobs on standard error. */
export const precomputeNotes: PrecomputeEvents = {
  began: (job, version, attempt) =>
    note(
      `${job}: begins with version ${version}${attempt > 1 ? `, where a run was left behind (start ${attempt})` : ''}.`,
    ),
  ended: (job, { computed, reused, failed, beganAt, endedAt }, rows) =>
    note(
      `${job}: ${rows} rows after ${((endedAt - beganAt) / 1_000).toFixed(1)} s; ${computed} computed, ${reused} unchanged, ${failed} could not be used.`,
    ),
  failed: (job, error) => note(`${job}: ${textOf(error)}`),
  fault: (where, error) => note(`${where}: ${textOf(error)}`),
};

function textOf(error: unknown): string {
  return error instanceof MurmurationError ? error.detail : messageOf(error);
}
