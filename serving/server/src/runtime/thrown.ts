import { type ErrorCode, MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

/** Error on its way to another thread. */
export interface Thrown {
  /** Code of a `MurmurationError`; null for any other error. */
  readonly code: ErrorCode | null;
  readonly detail: string;
}

export function thrownOf(error: unknown): Thrown {
  return error instanceof MurmurationError
    ? { code: error.code, detail: error.detail }
    : { code: null, detail: messageOf(error) };
}

/** Returns the error that another thread threw; `what` begins the text of one without a code. */
export function errorOf({ code, detail }: Thrown, what: string): Error {
  return code ? new MurmurationError(code, detail) : new Error(`${what}: ${detail}`);
}
