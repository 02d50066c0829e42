/** Where a coordinator can be killed; `between`: the round is over, the next one has not begun. */
export const phases = [
  'none',
  'gathering',
  'keys',
  'shares',
  'updates',
  'unmasking',
  'closing',
  'between',
] as const;
export type Phase = (typeof phases)[number];

/** Cells of the memory that the coordinator's main thread shares with its killer. */
export const arrangements = {
  /** The phase of the round under way, by its place in `phases`. */
  phase: 0,
  /** The phase in which to kill; 0 while there is no order. */
  target: 1,
  /** µs after the beginning of that phase. */
  delay: 2,
} as const;

/** What the coordinator's process is told. */
export interface KillOrder {
  readonly phase: Phase;
  /** ms */
  readonly after: number;
}
