import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskLeases } from '@murmuration/storage/leases/ports';
import type { Storage } from '@murmuration/storage/storage';

/** The leases of a storage that a configuration calls shared. Throws `config.invalid` for one that is not, such as one in memory. */
export function leasesOf({ leases }: Pick<Storage, 'leases'>): TaskLeases {
  if (leases) return leases;
  throw new MurmurationError(
    'config.invalid',
    'A front or a cell needs a database of PostgreSQL as its storage.',
  );
}
