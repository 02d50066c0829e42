import type { RoundProgress } from './events.ts';

/** Reports the device's progress in a round to the app. */
export type Report = (phase: RoundProgress['phase'], progress: number) => void;
