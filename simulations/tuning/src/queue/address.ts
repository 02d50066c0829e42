import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Address of a Redis. */
export interface RedisAddress {
  /** Display name without user and password. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** Environment variable with the password of an address that has none. */
export const passwordVariable = 'MURMURATION_REDIS_PASSWORD';

/** True if a text is meant as the address of a Redis. */
export function isRedisAddress(text: string): boolean {
  return /^rediss?:/i.test(text);
}

/**
 * Reads `redis://HOST:PORT` or, over TLS, `rediss://HOST:PORT`, optionally with `USER:PASSWORD@` before the
 * host and `/NUMBER` of a database after the port.
 * @throws `config.invalid`, without the text, which may contain a password
 */
export function readRedisAddress(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): RedisAddress {
  if (!isRedisAddress(text) || !URL.canParse(text)) throw unreadable('has another form');
  const url = new URL(text);
  if (url.hostname === '') throw unreadable('names no host');
  if (url.search !== '' || url.hash !== '') throw unreadable('has options behind a "?" or "#"');
  const [, db] = /^\/?(\d{0,5})$/.exec(url.pathname) ?? [];
  if (db === undefined) throw unreadable('has a path that is no number of a database');
  const username = part(url.username);
  const password = part(url.password) || env[passwordVariable];
  const isTls = url.protocol === 'rediss:';
  const port = Number(url.port || 6379);
  return {
    name: `${url.protocol}//${url.hostname}:${port}${db ? `/${db}` : ''}`,
    // URLs put IPv6 addresses in brackets, sockets don't.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    db: Number(db),
    isTls,
    ...(username && { username }),
    ...(password && { password }),
  };
}

function part(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw unreadable('has a "%" in its user or password that is not written as "%25"');
  }
}

function unreadable(what: string): MurmurationError {
  return new MurmurationError(
    'config.invalid',
    `The address of the Redis ${what}; write redis://HOST:PORT, or rediss://HOST:PORT for TLS.`,
  );
}
