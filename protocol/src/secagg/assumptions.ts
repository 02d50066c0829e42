/**
 * Capabilities of a coordinator. `honest-but-curious`: it follows the protocol and looks at everything.
 * `semi-malicious`: it and the devices may lie, but the graph is drawn honestly. `malicious`: it may also try
 * many sets of devices until the graph suits it, so the statistical security doubles from 2⁻⁴⁰ to 2⁻⁸⁰.
 */
export type ThreatModel = 'honest-but-curious' | 'semi-malicious' | 'malicious';

/** Threats that the masks must withstand. */
export interface Assumptions {
  readonly threat: ThreatModel;
  /** Fraction of the devices in the graph that may collude with the coordinator; in [0, 1). */
  readonly corrupt: number;
  /** Fraction of the devices in the graph whose update may not be counted, for whatever reason; in [0, 1). */
  readonly dropping: number;
}

/** Minimum contributors; the sum of fewer would reveal too much of each. */
export const fewestContributors = 3;
/** Default share of lost devices with which a device checks a sparse graph against a curious coordinator. */
export const leastDropping = 0.1;
/** Default minimum devices in a sum. */
export const smallestSumByDefault = 16;
/** Default longest change of a control variate that devices send. */
export const controlClipByDefault = 100;

/** Keeps a product such as 0.29 × 100 from falling below the integer that it should equal. */
const roundingSlack = 1e-14;

/**
 * C: the number of devices assumed corrupt; at least one if the coordinator may lie, since it can always
 * enrol one.
 */
export function corruptCount(devices: number, { threat, corrupt }: Omit<Assumptions, 'dropping'>): number {
  if (threat === 'honest-but-curious') return countOf(devices, corrupt);
  return Math.max(1, Math.ceil((corrupt - roundingSlack) * devices));
}

/** Fraction of `devices` as a number, rounded down. */
export const countOf = (devices: number, fraction: number): number =>
  Math.floor((fraction + roundingSlack) * devices);
