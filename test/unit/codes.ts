import { MurmurationError } from '@murmuration/protocol/errors/errors';

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

/** The code of the error that a promise is rejected with; rejects with anything else. */
export async function codeOfPromise(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof MurmurationError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
