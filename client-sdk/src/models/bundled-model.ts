/** Model that ships with an app: the files of a version, as the coordinator serves them. */
export interface BundledModel {
  /** Contents of `model.json`. */
  readonly json: Uint8Array;
  /** Weight file that it names; read again later, so it must not change. */
  readonly weights: Uint8Array;
  /** File of n-grams that it names; if absent, the device gets it from the coordinator. */
  readonly ngrams?: Uint8Array;
}
