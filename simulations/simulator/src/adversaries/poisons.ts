/** What attacks on examples have to know of these; functions are pure. */
export interface Poisons<Example> {
  /** Labels go from 0 to one less. */
  readonly classes: number;
  labelOf(example: Example): number;
  /** The same example under another label. */
  relabelled(example: Example, label: number): Example;
  /** The same example with a pattern that no other has: the trigger of a backdoor. */
  triggered(example: Example): Example;
}
