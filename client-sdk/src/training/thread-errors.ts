import { isErrorCode, MurmurationError, messageOf } from '@murmuration/protocol/errors';

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
