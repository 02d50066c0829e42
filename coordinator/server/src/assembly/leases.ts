import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskLeases } from '@murmuration/storage/leases/ports';
import type { Stores } from '@murmuration/storage/storage';

/**
 * Returns the leases of a storage that the configuration calls shared. Throws `config.invalid` if it is not,
 * such as one in memory.
 */
export function leasesOf({ leases }: Pick<Stores, 'leases'>): TaskLeases {
  if (leases) return leases;
  throw new MurmurationError(
    'config.invalid',
    'A front or a cell needs a database of PostgreSQL as its storage.',
  );
}
