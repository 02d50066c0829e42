import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Result of a check. */
export interface Checkup {
  /** Name of the check, such as `port`. */
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'fault';
  /** State found, as one sentence. */
  readonly says: string;
  /** Remedy, as one sentence; null if all is well. */
  readonly mend: string | null;
}

export const ok = (check: string, says: string): Checkup => ({ check, state: 'ok', says, mend: null });

export const warning = (check: string, says: string, mend: string): Checkup => ({
  check,
  state: 'warning',
  says,
  mend,
});

export const fault = (check: string, says: string, mend: string): Checkup => ({
  check,
  state: 'fault',
  says,
  mend,
});

/** Formats an error as the end of a sentence. */
export function reason(error: unknown): string {
  const said =
    error instanceof MurmurationError ? error.detail : error instanceof Error ? error.message : String(error);
  return said.replace(/(?<![.\s])[.\s]+$/, '');
}
