import { join } from 'node:path';
import type { AuditLog } from '../operators/audit.ts';
import type { OperatorTokenStore } from '../operators/operator-token.ts';
import { makeFolder, onDisk } from './files/durable-file.ts';
import { requireWhole } from './files/whole-folder.ts';
import { layout } from './folder.ts';
import { sqliteAudit } from './sqlite/audit.ts';
import { openDatabase } from './sqlite/open.ts';
import { sqliteOperatorTokens } from './sqlite/tokens.ts';

/** The operators of a storage folder. */
interface OperatorStorage {
  readonly tokens: OperatorTokenStore;
  readonly audit: AuditLog;
  close(): Promise<void>;
}

/**
 * Opens what is kept about operators in a storage folder, which is made where there is none; a coordinator may be running on it, and
 * sees what is changed at once. Throws `storage.*`.
 */
export async function openOperators(folder: string): Promise<OperatorStorage> {
  await onDisk(`The storage folder ${folder} can't be used`, () => makeFolder(folder));
  await requireWhole(folder, layout);
  const database = await openDatabase(join(folder, layout.database));
  return {
    tokens: sqliteOperatorTokens(database),
    audit: sqliteAudit(database),
    close: () => database.close(),
  };
}
