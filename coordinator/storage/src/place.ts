import { isPostgresql, withoutPassword } from '@murmuration/sql/postgresql/address';

/** Location of a storage. */
export interface StoragePlace {
  readonly kind: 'folder' | 'postgresql';
  /** Name for people: the folder, or the address of the database without its password. */
  readonly name: string;
}

/** Returns the location that a configuration names as its storage. */
export function placeOf(storage: string): StoragePlace {
  return isPostgresql(storage)
    ? { kind: 'postgresql', name: withoutPassword(storage) }
    : { kind: 'folder', name: storage };
}
