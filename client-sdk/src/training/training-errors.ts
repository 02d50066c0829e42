import { isErrorCode, MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

/**
 * Converts an error of another thread: errors lose their class between threads, and the message of
 * one with a code ends with the code.
 */
export function errorOfThread(cause: unknown): MurmurationError {
  if (cause instanceof MurmurationError) return cause;
  const message = messageOf(cause);
  const [, detail, code] = /^(.*) \[([a-z.-]+)\]$/s.exec(message) ?? [];
  if (isErrorCode(code)) return new MurmurationError(code, detail, { cause });
  return new MurmurationError('training.failed', `Training on this device failed: ${message}`, { cause });
}

/** Converts any thrown value to an error with a code. */
export function asError(error: unknown): MurmurationError {
  if (error instanceof MurmurationError) return error;
  return new MurmurationError('training.failed', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
