import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Returns what was found of a task of this name. Throws `task.unknown` where that is nothing. */
export function knownTask<Found>(found: Found | undefined, name: string): Found {
  if (found === undefined) throw new MurmurationError('task.unknown', `There is no task "${name}".`);
  return found;
}
