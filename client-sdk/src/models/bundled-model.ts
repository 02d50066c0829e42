/** A model that comes with an app: the two files of a version, as the coordinator serves them. */
export interface BundledModel {
  /** `model.json`. */
  readonly json: Uint8Array;
  /** The weight file that it names; it goes on being read. */
  readonly weights: Uint8Array;
}
