import { MurmurationError } from '@murmuration/protocol/errors/errors';
/** What a value made known: that something may be changing, or that it has changed. */
export type Signal = 'warning' | 'drift';

/**
 * Finds change in a stream of values, in constant memory. Its state is plain data: what `JSON.stringify` writes and `JSON.parse` reads goes on
 * where it was left. A detector begins anew with the value after a drift.
 */
export interface Detector<State> {
  readonly name: string;
  init(): State;
  /** Takes the next value into `state`, in place. */
  update(state: State, value: number): Signal | undefined;
}

/** Names a setting that is outside its range. Throws `config.invalid`. */
export function within(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high))
    throw new MurmurationError('config.invalid', `${name} is from ${low} to ${high}, not ${value}.`);
  return value;
}
