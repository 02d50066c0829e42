/**
 * What a coordinator may do. `honest-but-curious`: it follows the protocol and looks at everything. `semi-malicious`: it
 * and the devices may lie, but the graph is drawn honestly. `malicious`: it may also try many sets of devices until the
 * graph suits it, for which the statistical security doubles from 2⁻⁴⁰ to 2⁻⁸⁰.
 */
export type ThreatModel = 'honest-but-curious' | 'semi-malicious' | 'malicious';

/** What the masks must withstand. */
export interface Assumptions {
  readonly threat: ThreatModel;
  /** The fraction of the devices in the graph that may work with the coordinator; in [0, 1). */
  readonly corrupt: number;
  /** The fraction of the devices in the graph whose update may not be counted, for whatever reason; in [0, 1). */
  readonly dropping: number;
}

/** Fewer contributors than this would make a sum that says too much of each. */
export const fewestContributors = 3;
/** With at least such a share of devices lost a device checks a sparse graph against a curious coordinator, where nobody says another. */
export const leastDropping = 0.1;
/** The fewest devices that a sum is of, where nobody says another number. */
export const smallestSumByDefault = 16;
/** The longest change of a control variate that devices send, where nobody says another. */
export const controlClipByDefault = 100;

/** Keeps a product such as 0.29 × 100 from falling below the integer that it stands for. */
const roundingSlack = 1e-14;

/** C: the corrupt devices that are assumed; one at least where the coordinator may lie, which can always enrol one. */
export function corruptCount(devices: number, { threat, corrupt }: Omit<Assumptions, 'dropping'>): number {
  if (threat === 'honest-but-curious') return countOf(devices, corrupt);
  return Math.max(1, Math.ceil((corrupt - roundingSlack) * devices));
}

/** How many of `devices` a fraction stands for, rounded down. */
export const countOf = (devices: number, fraction: number): number =>
  Math.floor((fraction + roundingSlack) * devices);
