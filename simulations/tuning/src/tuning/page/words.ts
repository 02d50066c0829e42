import type { Tuned } from '../tuned.ts';

/** Unit in which a search counts its cost. */
export function unitOf({ space }: Pick<Tuned, 'space'>): 'rounds' | 'epochs' {
  return space.training === 'central' ? 'epochs' : 'rounds';
}

/** Number of rounds or epochs, such as `1 round`. */
export function counted(count: number, tuned: Pick<Tuned, 'space'>): string {
  return `${count} ${count === 1 ? unitOf(tuned).slice(0, -1) : unitOf(tuned)}`;
}

/** Name of a trial, which no line break splits. */
export function trialName(trial: number): string {
  return `trial\u00a0${trial}`;
}
