import { MurmurationError } from '@murmuration/protocol/errors/errors';

/**
 * Role of a process for its database: `all` doesn't share it; cells and fronts share it with each other. A
 * `function` is a front that may be stopped after each request, so it keeps nothing in the database beyond a
 * transaction.
 */
export type StorageRole = 'all' | 'cell' | 'front' | 'function';

/** Numbers of connections of a process to its database. */
export interface ConnectionCounts {
  /** Connections that each hold a lock for the life of the process. */
  readonly locks: number;
  /** Connections for leases and beats, which are given up soon; 0 uses those of `rows`. */
  readonly looks: number;
  /** Connections for all other reads and writes. */
  readonly rows: number;
}

/**
 * Default limits of connections. Each is opened when needed, and all except locks are closed after half a
 * minute without use.
 */
const usual: Readonly<Record<StorageRole, ConnectionCounts>> = {
  all: { locks: 1, looks: 1, rows: 8 },
  front: { locks: 1, looks: 2, rows: 8 },
  cell: { locks: 2, looks: 2, rows: 8 },
  function: { locks: 0, looks: 0, rows: 2 },
};

/** Distributes a number of connections over their purposes. Throws `config.invalid` if there are too few. */
export function connectionsOf(role: StorageRole, most: number | undefined): ConnectionCounts {
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
