/**
 * Update or answer of a phone before masking: quantised values with the weight last, or an addend to a
 * query's sum.
 */
export interface PlainUpdate {
  readonly assignment: string;
  /** Ring elements, packed as on the wire. */
  readonly packed: Uint8Array;
}
