import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';

/** What an error of the server (postgresql.org/docs/current/errcodes-appendix.html) means for the storage. */
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

/** What a pool says as well that does not know a setting which a connection asks for. */
const protocolViolation = '08P01';

/** Texts of `pg` where a connection could not be made or was lost; these errors have no code. */
const lost =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error|server does not support SSL|SASL/i;

/**
 * An error of `pg` as one of ours, where the server is away, refuses, or can't go on; `where` names the server, without a password. Any other,
 * such as a broken constraint, is given back as it is.
 */
export function postgresqlFailure(error: unknown, where: string): unknown {
  if (error instanceof MurmurationError || !(error instanceof Error)) return error;
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
