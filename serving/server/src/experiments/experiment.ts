/** Version that takes a share of an experiment. */
export interface ServedArm {
  readonly name: string;
  /** Version number, as text. */
  readonly version: string;
  /** Share above 0; those of all arms add up to 1. */
  readonly share: number;
}

/**
 * Place in a request of a value for an experiment, such as the key of a person or device that decides its
 * arm.
 */
export interface KeyField {
  readonly in: 'header' | 'parameter';
  /** Name; lower case for a header. */
  readonly name: string;
}

/** Experiment as an inference server needs it. */
export interface ServedExperiment {
  readonly id: string;
  /**
   * `split`: each key gets one of the arms. `mirror`: all get the standard version, and the single arm is
   * also run, with its answer discarded.
   */
  readonly kind: 'split' | 'mirror';
  readonly key: KeyField;
  /** Place in a request of the number known of its key before the experiment; undefined: none. */
  readonly covariate?: KeyField | undefined;
  /** Salt of the arms; different in each experiment, so assignments are independent. */
  readonly salt: string;
  /** Range of a layer from 0 to 1; experiments of one layer share no key. */
  readonly layer: { readonly salt: string; readonly from: number; readonly to: number };
  readonly arms: readonly ServedArm[];
}

/** Variant that a request gets in an experiment. */
export interface Variant {
  readonly experiment: string;
  readonly arm: string;
  /** Pseudonym of the key. */
  readonly unit: string;
  /** Number known of the key before the experiment, as the request gives it; undefined: none, or not used. */
  readonly covariate?: number | undefined;
}
