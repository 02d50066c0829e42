import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';

/** Map from a result of SQLite (sqlite.org/rescode.html, the low byte) to an error code. */
const ofSqlite: Readonly<Record<number, ErrorCode>> = {
  3: 'storage.read-only', // SQLITE_PERM
  5: 'storage.locked', // SQLITE_BUSY
  6: 'storage.locked', // SQLITE_LOCKED
  8: 'storage.read-only', // SQLITE_READONLY
  10: 'storage.failed', // SQLITE_IOERR
  11: 'storage.corrupt', // SQLITE_CORRUPT
  13: 'storage.full', // SQLITE_FULL
  14: 'storage.failed', // SQLITE_CANTOPEN
  26: 'storage.corrupt', // SQLITE_NOTADB
};

const ofSystem: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'storage.full',
  EDQUOT: 'storage.full',
  EFBIG: 'storage.full',
  EROFS: 'storage.read-only',
  EACCES: 'storage.read-only',
  EPERM: 'storage.read-only',
};

/** Result of SQLite in an error, such as SQLITE_FULL or SQLITE_IOERR: its low byte. */
function sqliteResult(error: unknown): number | undefined {
  const { rawCode, message } = error as { rawCode?: unknown; message?: unknown };
  if (typeof rawCode === 'number') return rawCode & 0xff;
  // A database that can't be opened has its result only in the text.
  const opening = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(String(message));
  return opening ? Number(opening[1]) & 0xff : undefined;
}

/**
 * Converts an error of the database or of the file system to one of `storage.*`; `where` says what was being
 * done. Returns any other error unchanged.
 */
export function storageFailure(error: unknown, where: string): unknown {
  if (error instanceof MurmurationError || !(error instanceof Error)) return error;
  const result = sqliteResult(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  const ours =
    result !== undefined
      ? ofSqlite[result]
      : syscall !== undefined
        ? (ofSystem[code ?? ''] ?? 'storage.failed')
        : undefined;
  if (!ours) return error;
  return new MurmurationError(ours, `${where}: ${error.message}.`, { cause: error });
}
