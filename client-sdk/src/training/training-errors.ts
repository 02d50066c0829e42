import { isErrorCode, MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

/**
 * What was thrown on another thread, as an error of ours: errors lose their class between threads, and the code of one of ours stands at
 * the end of its message.
 */
export function errorOfThread(cause: unknown): MurmurationError {
  if (cause instanceof MurmurationError) return cause;
  const message = messageOf(cause);
  const [, detail, code] = /^(.*) \[([a-z.-]+)\]$/s.exec(message) ?? [];
  if (isErrorCode(code)) return new MurmurationError(code, detail, { cause });
  return new MurmurationError('training.failed', `Training on this device failed: ${message}`, { cause });
}

/** What was thrown, as an error of ours. */
export function asError(error: unknown): MurmurationError {
  if (error instanceof MurmurationError) return error;
  return new MurmurationError('training.failed', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
