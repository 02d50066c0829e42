import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** What a check found. */
export interface Finding {
  /** What was looked at, such as `port`. */
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'fault';
  /** One sentence: how it is. */
  readonly says: string;
  /** One sentence: what to do; null where all is well. */
  readonly mend: string | null;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says, mend: null });

export const warning = (check: string, says: string, mend: string): Finding => ({
  check,
  state: 'warning',
  says,
  mend,
});

export const fault = (check: string, says: string, mend: string): Finding => ({
  check,
  state: 'fault',
  says,
  mend,
});

/** An error as the end of a sentence. */
export function reason(error: unknown): string {
  const said =
    error instanceof MurmurationError ? error.detail : error instanceof Error ? error.message : String(error);
  return said.replace(/(?<![.\s])[.\s]+$/, '');
}
