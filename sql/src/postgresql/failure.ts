import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';

/** Map from an error of the server (postgresql.org/docs/current/errcodes-appendix.html) to an error code. */
const ofServer: Readonly<Record<string, ErrorCode>> = {
  25006: 'storage.read-only', // read_only_sql_transaction
  40001: 'storage.locked', // serialization_failure
  '40P01': 'storage.locked', // deadlock_detected
  '55P03': 'storage.locked', // lock_not_available
  53100: 'storage.full', // disk_full
  53200: 'storage.failed', // out_of_memory
  53300: 'storage.failed', // too_many_connections
  57014: 'storage.failed', // query_canceled
  '57P01': 'storage.failed', // admin_shutdown
  '57P02': 'storage.failed', // crash_shutdown
  '57P03': 'storage.failed', // cannot_connect_now
  '3D000': 'config.invalid', // invalid_catalog_name
  '28P01': 'config.invalid', // invalid_password
  28000: 'config.invalid', // invalid_authorization_specification
  XX001: 'storage.corrupt', // data_corrupted
  XX002: 'storage.corrupt', // index_corrupted
};

/** Error code that a pool also uses if it does not know a setting which a connection asks for. */
const protocolViolation = '08P01';

/** Message of `pg` if an answer took longer than its reader waits. */
const tooSlow = 'Query read timeout';
/** Message of `pg` if no connection became free in time. */
const noneFree = 'timeout exceeded when trying to connect';
/** Message of the server if it has its own limit for statements. */
const serverTooSlow = /due to (?:statement|transaction) timeout/;

/** Messages of `pg` if a connection could not be made or was lost; these errors have no code. */
const lost =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|server does not support SSL|SASL/i;

/**
 * Converts an error of `pg` to one of ours if the server is away, refuses, is too slow, or can't go on;
 * `where` names the server without a password, and `patience` is the limit of an answer, ms. Returns any
 * other, such as a broken constraint, unchanged.
 */
export function postgresqlFailure(error: unknown, where: string, patience?: number): unknown {
  if (error instanceof MurmurationError || !(error instanceof Error)) return error;
  if (error.message === tooSlow) {
    const within = patience === undefined ? 'in time' : `within ${patience / 1_000} s`;
    return slow(`${where} did not answer a statement ${within}`, error);
  }
  if (serverTooSlow.test(error.message))
    return slow(`${where} has ended a statement that took longer than its own statement_timeout`, error);
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (Object.hasOwn(ofServer, code)) {
    const ours = ofServer[code] as ErrorCode;
    const text =
      ours === 'config.invalid' ? `${where} refuses: ${error.message}.` : `${where}: ${error.message}.`;
    return new MurmurationError(ours, text, { cause: error });
  }
  if (code === protocolViolation && /startup parameter/.test(error.message))
    return new MurmurationError(
      'config.invalid',
      `${where} refuses: ${error.message}. If a pool of connections is in front of it, give the address of the server itself.`,
      { cause: error },
    );
  const isAway =
    syscall !== undefined || code.startsWith('08') || /^E[A-Z]+$/.test(code) || lost.test(error.message);
  if (!isAway) return error;
  // Node tries all addresses of a name, and then has no message of its own.
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return new MurmurationError(
    'storage.failed',
    `${where} can't be reached: ${(first as Error).message}. Is it running, and is the address right?`,
    { cause: error },
  );
}

/** True if waiting for a connection of a pool timed out. */
export function hasWaited(error: unknown): boolean {
  return error instanceof Error && error.message === noneFree;
}

/** Error if all `connections` of a process have been at work for `patience` ms. */
export function allBusy(
  where: string,
  connections: number,
  patience: number,
  cause: unknown,
): MurmurationError {
  const [all, were] =
    connections === 1 ? ['The only connection', 'was'] : [`All ${connections} connections`, 'were'];
  return slow(
    `${all} of this process to ${where.replace(/^The /, 'the ')} ${were} at work for ${patience / 1_000} s`,
    cause,
  );
}

function slow(what: string, cause: unknown): MurmurationError {
  return new MurmurationError(
    'storage.slow',
    `${what}. It is overloaded, or its disk or the network is slow: pg_stat_activity shows what it is at.`,
    { cause },
  );
}
