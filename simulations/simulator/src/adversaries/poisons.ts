/** Pure functions with which attacks change examples. */
export interface Poisons<Example> {
  /** Number of labels, which go from 0 to `classes` − 1. */
  readonly classes: number;
  labelOf(example: Example): number;
  /** Returns the same example with another label. */
  relabelled(example: Example, label: number): Example;
  /** Returns the same example with the trigger of a backdoor, a pattern that no other example has. */
  triggered(example: Example): Example;
}
