import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { FeedbackExamplesSource, FeedbackSelection } from '@murmuration/rounds/task/from-feedback';
import { type JoinedRequest, joinedRequests } from '@murmuration/serving/request-log/joined';

/** Yields requests to train on, with their outcomes. `now`: ms since 1970. Throws as `joinedRequests`. */
export function requestsToTrainOn(settings: FeedbackSelection, now: number): AsyncGenerator<JoinedRequest> {
  return partOf(settings, now, id => !isHeldOut(id, settings.heldOut));
}

/**
 * Yields the requests of a log that are held out from training, with their outcomes, for the evaluation of a
 * task; none before there is a log. `now`: ms since 1970. Throws `storage.corrupt`.
 */
export function heldOutRequests(
  { feedback }: FeedbackExamplesSource,
  now: number,
): AsyncGenerator<JoinedRequest> {
  return partOf(feedback, now, id => isHeldOut(id, feedback.heldOut));
}

async function* partOf(
  { log, model, within, most }: FeedbackSelection,
  now: number,
  isMeant: (id: string) => boolean,
): AsyncGenerator<JoinedRequest> {
  const since = within === null ? 0 : now - within;
  // A server creates its log folder at its start, which may be after the first version was measured.
  const there = log.filter(folder => existsSync(folder));
  for await (const request of joinedRequests(there, { model, since, most }))
    if (isMeant(request.id)) yield request;
}

/** True for the same ids on every machine and after each restart. */
function isHeldOut(id: string, share: number): boolean {
  return createHash('sha256').update(`held out\0${id}`).digest().readUIntBE(0, 6) / 2 ** 48 < share;
}
