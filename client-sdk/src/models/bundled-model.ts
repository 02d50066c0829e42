/** A model that comes with an app: the files of a version, as the coordinator serves them. */
export interface BundledModel {
  /** `model.json`. */
  readonly json: Uint8Array;
  /** The weight file that it names; it goes on being read. */
  readonly weights: Uint8Array;
  /** The file of n-grams that it names; where it is left out, the device gets it from the coordinator. */
  readonly ngrams?: Uint8Array;
}
