import type { RoundProgress } from './events.ts';

/** Tells the app where the device stands in a round. */
export type Report = (phase: RoundProgress['phase'], progress: number) => void;
