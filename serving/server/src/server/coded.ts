import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Returns an error with a code; the text of any other error is hidden from the client. */
export function codedOf(error: unknown): MurmurationError {
  if (error instanceof MurmurationError) return error;
  return new MurmurationError('server.internal', 'The inference server failed; its log has the reason.');
}
