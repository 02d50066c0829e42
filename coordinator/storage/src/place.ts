import { isPostgresql, withoutPassword } from '@murmuration/sql/postgresql/address';

/** Where a storage lies. */
export interface StoragePlace {
  readonly kind: 'folder' | 'postgresql';
  /** For people: the folder, or the address of the database without its password. */
  readonly name: string;
}

/** The place that a configuration names as its storage. */
export function placeOf(storage: string): StoragePlace {
  return isPostgresql(storage)
    ? { kind: 'postgresql', name: withoutPassword(storage) }
    : { kind: 'folder', name: storage };
}
