import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * What part of a coordinator a process is, as its database sees it: `all` shares it with no other, cells and fronts do with each other. A
 * `function` is a front that may be stopped after each request, so that it keeps nothing in the database beyond a transaction.
 */
export type StorageRole = 'all' | 'cell' | 'front' | 'function';

/** Connections of a process to its database. */
export interface Connections {
  /** That hold locks from start to end, each one. */
  readonly locks: number;
  /** By which it looks at the leases and says that it goes on, and which are given up soon; 0: it does by those of `rows`. */
  readonly looks: number;
  /** By which it reads and writes all else. */
  readonly rows: number;
}

/** So many at most, where nothing else is said. Each is made when it is needed, and all but locks end after half a minute without use. */
const usual: Readonly<Record<StorageRole, Connections>> = {
  all: { locks: 1, looks: 1, rows: 8 },
  front: { locks: 1, looks: 2, rows: 8 },
  cell: { locks: 2, looks: 2, rows: 8 },
  function: { locks: 0, looks: 0, rows: 2 },
};

/** Shares so many connections out to what a process needs them for. Throws `config.invalid` where they are too few. */
export function connectionsOf(role: StorageRole, most: number | undefined): Connections {
  const { locks, looks } = usual[role];
  if (most === undefined) return usual[role];
  const least = locks + Math.min(looks, 1) + 1;
  if (most < least)
    throw new MurmurationError(
      'config.invalid',
      `The configuration: databaseConnections: expected ${least} or more for the role "${role}".`,
    );
  const looking = Math.min(looks, Math.floor((most - locks) / 2));
  return { locks, looks: looking, rows: most - locks - looking };
}
