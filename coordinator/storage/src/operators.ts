import { join } from 'node:path';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import type { OperatorTokenStore } from '@murmuration/rounds/operators/operator-token';
import { isPostgresql } from '@murmuration/sql/postgresql/address';
import { makeFolder, onDisk } from './files/durable-file.ts';
import { requireWhole } from './files/whole-folder.ts';
import { layout } from './folder/folder.ts';
import { sqlAudit } from './rows/audit.ts';
import type { RowDatabase } from './rows/database.ts';
import { openDatabase } from './rows/open.ts';
import { sqlOperatorTokens } from './rows/tokens.ts';

/** Operators' tokens and audit log in a storage. */
interface OperatorStorage {
  readonly tokens: OperatorTokenStore;
  readonly audit: AuditLog;
  close(): Promise<void>;
}

/**
 * Opens the operators' part of a storage folder, which is created if it doesn't exist, or of a PostgreSQL
 * database. A coordinator may be running on it, and sees changes at once. Throws `storage.*`.
 */
export async function openOperators(place: string): Promise<OperatorStorage> {
  const database = isPostgresql(place) ? await openServerTables(place) : await openFolderTables(place);
  return {
    tokens: sqlOperatorTokens(database),
    audit: sqlAudit(database),
    close: () => database.close(),
  };
}

async function openServerTables(address: string): Promise<RowDatabase> {
  // Imported here, since a folder needs no client of PostgreSQL.
  const { openTables } = await import('./postgresql/storage.ts');
  return openTables(address);
}

async function openFolderTables(folder: string): Promise<RowDatabase> {
  await onDisk(`The storage folder ${folder} can't be used`, () => makeFolder(folder));
  await requireWhole(folder, layout);
  return openDatabase(join(folder, layout.database));
}
