/** A version that takes a share of an experiment. */
export interface ServedArm {
  readonly name: string;
  /** A number, as text. */
  readonly version: string;
  /** Above 0; those of all arms add up to 1. */
  readonly share: number;
}

/** Where a request has something for an experiment, such as the key that decides about its arm: a person's or a device's. */
export interface KeyField {
  readonly in: 'header' | 'parameter';
  /** Of a header in small letters. */
  readonly name: string;
}

/** An experiment as an inference server needs it. */
export interface ServedExperiment {
  readonly id: string;
  /** `split`: each key gets one of the arms; `mirror`: all get the standard version, and the one arm answers besides, for nobody. */
  readonly kind: 'split' | 'mirror';
  readonly key: KeyField;
  /** Where a request has the number that was known of its key before the experiment; undefined: nowhere. */
  readonly covariate?: KeyField | undefined;
  /** Of the arms; another one in each experiment, so that nobody is in the same part of all. */
  readonly salt: string;
  /** Experiments of one layer share no key: each has a part of the layer, from 0 to 1. */
  readonly layer: { readonly salt: string; readonly from: number; readonly to: number };
  readonly arms: readonly ServedArm[];
}

/** The part of a request in an experiment. */
export interface Variant {
  readonly experiment: string;
  readonly arm: string;
  /** Names its key without saying it. */
  readonly unit: string;
  /** What the request says was known of its key before the experiment; undefined: nothing, or nobody asks. */
  readonly covariate?: number | undefined;
}
