import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Returns `found`. Throws `task.unknown` if it is undefined. */
export function knownTask<Found>(found: Found | undefined, name: string): Found {
  if (found === undefined)
    throw new MurmurationError('task.unknown', `There is no task "${name}"; GET /v1/tasks lists them.`);
  return found;
}
