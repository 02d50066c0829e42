import { MurmurationError } from '@murmuration/protocol/errors';

/** The code of the error that `work` throws; anything else that it throws goes on. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof MurmurationError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
