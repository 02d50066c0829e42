/** What a phone's update, or its answer to a query, was before its masks: quantised values, the weight last, or what it adds to a sum. */
export interface PlainUpdate {
  readonly assignment: string;
  /** Ring elements, packed as on the wire. */
  readonly packed: Uint8Array;
}
