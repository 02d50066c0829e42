import { MurmurationError } from '../errors/errors.ts';
import {
  type Assumptions,
  corruptCount,
  countOf,
  fewestContributors,
  leastDropping,
  smallestSumByDefault,
  type ThreatModel,
} from './assumptions.ts';

/** Graph along which devices share secrets and mask, and the number of shares that recover a secret. */
export interface GraphParameters {
  /** `harary`: every device has `neighbours` others, next to it on a ring. `complete`: all others. */
  readonly graph: 'harary' | 'complete';
  readonly devices: number;
  /** Neighbours of each device: even in a Harary graph, `devices` − 1 in a complete one. */
  readonly neighbours: number;
  /**
   * Shares that recover a secret, of `neighbours` in a Harary graph; in a complete one each device also keeps
   * a share itself.
   */
  readonly threshold: number;
}

/**
 * Largest cohort that masks along the complete graph: there the sum that opens is exactly the stated one,
 * even if the coordinator lies.
 */
export const mostInCompleteGraph = {
  'honest-but-curious': 49,
  'semi-malicious': 128,
  malicious: 128,
} as const;
const maxDevices = 1_000_000;
const securityBits = { 'honest-but-curious': 40, 'semi-malicious': 40, malicious: 80 } as const;
const correctnessBits = 20;

/**
 * Guarantees of the parameters: a device is unprotected with a probability of at most 2^−`security`, and a
 * round fails to unmask with at most 2^−`correctness`.
 */
export function guaranteedBits(threat: ThreatModel): {
  readonly security: number;
  readonly correctness: number;
} {
  return { security: securityBits[threat], correctness: correctnessBits };
}

/**
 * Finds the sparsest graph, with its smallest threshold, that withstands the assumptions. The probability
 * that it does not protect a device stays below 2⁻⁴⁰ (2⁻⁸⁰ if the coordinator is malicious), the probability
 * that a device keeps too few neighbours below 2⁻²⁰.
 *
 * Honest but curious: Bell et al. 2020 (CCS, §3.3), by the rule of Google's federated-compute
 * (fcp/secagg/server/graph_parameter_finder.cc). Semi-malicious and malicious: `ringSafety`, in which losses
 * play no part, since the coordinator decides who is lost (SPEC.md, SA5).
 *
 * Up to 49 devices (128 if the coordinator may lie), or if no sparse graph will do, the graph is complete.
 * Every sum that a sparse one opens, whatever the coordinator does, has at least 16 honest devices; against a
 * curious one it is drawn as if a tenth were lost, as devices check it.
 *
 * @param graph requests one kind of graph, whatever the size of the sums that it opens
 * @throws MurmurationError `secagg.parameters` if no graph withstands the assumptions; the detail says why
 */
export function findParameters(
  devices: number,
  assumptions: Assumptions,
  graph?: GraphParameters['graph'],
): GraphParameters {
  checkAssumptions(devices, assumptions);
  const lost = countOf(devices, assumptions.dropping);
  if (graph === 'harary' || (graph === undefined && devices > mostInCompleteGraph[assumptions.threat])) {
    const asChecked = { ...assumptions, dropping: Math.max(assumptions.dropping, leastDropping) };
    const sparse = findHarary(
      devices,
      graph ? assumptions : asChecked,
      lost,
      graph ? 0 : smallestSumByDefault,
    );
    if (sparse !== undefined) return sparse;
    if (graph === 'harary') throw unsatisfiable(`No Harary graph on ${devices} devices`, assumptions);
  }
  const threshold = safeThreshold({ graph: 'complete', devices, neighbours: devices - 1 }, assumptions)!;
  if (threshold > devices - lost) {
    throw unsatisfiable(
      `A secret shared among ${devices} devices takes ${threshold} shares, but ${devices - lost} devices remain: no graph`,
      assumptions,
    );
  }
  return { graph: 'complete', devices, neighbours: devices - 1, threshold };
}

/**
 * Throws `secagg.parameters` unless a graph with these parameters keeps the secrets of its devices under the
 * assumptions. Devices check a coordinator's parameters with it.
 */
export function checkParameters(parameters: GraphParameters, assumptions: Assumptions): void {
  const { graph, devices, neighbours, threshold } = parameters;
  checkAssumptions(devices, assumptions);
  const fits =
    graph === 'complete' ? neighbours === devices - 1 : neighbours % 2 === 0 && neighbours < devices - 1;
  if (!fits)
    throw new MurmurationError(
      'secagg.parameters',
      `No ${graph} graph on ${devices} devices has ${neighbours} neighbours each.`,
    );
  const safe = safeThreshold(parameters, assumptions);
  if (safe === undefined || threshold < safe) {
    throw unsatisfiable(
      `No ${graph} graph on ${devices} devices with ${neighbours} neighbours and threshold ${threshold}`,
      assumptions,
    );
  }
}

/**
 * Minimum honest devices in any sum that a coordinator can open, whatever it does, for a graph that
 * withstands the assumptions: SPEC.md, SA5, for a Harary graph. Undefined for a complete graph, where the
 * statement decides, and if the coordinator is honest.
 */
export function fewestInAnySum(parameters: GraphParameters, assumptions: Assumptions): number | undefined {
  const { graph, devices, neighbours, threshold } = parameters;
  if (graph === 'complete' || assumptions.threat === 'honest-but-curious') return undefined;
  const { corruptNeighbours, corruptInWindow } = ringSafety(devices, neighbours, assumptions);
  const apart = Math.floor(
    (2 * devices - 3 * neighbours) / (2 * (2 * neighbours - threshold + corruptInWindow + 1)),
  );
  return Math.max(
    apart * (threshold + 1) - corruptCount(devices, assumptions),
    threshold + 1 - corruptNeighbours,
  );
}

/**
 * c: the number of devices assumed corrupt among the holders of one device's shares, exceeded with a
 * probability of at most 2^−security (SPEC.md, SA5).
 */
export function corruptHolders(
  { graph, devices, neighbours }: Omit<GraphParameters, 'threshold'>,
  assumptions: Assumptions,
): number {
  const corrupt = corruptCount(devices, assumptions);
  if (graph === 'complete') return corrupt;
  const perEvent = 2 ** -(securityBits[assumptions.threat] + 1);
  return likelyMost(devices, corrupt, neighbours, perEvent / devices);
}

function findHarary(
  devices: number,
  assumptions: Assumptions,
  lost: number,
  leastInAnySum: number,
): GraphParameters | undefined {
  const tooFewLeft = 2 ** -correctnessBits / devices;
  for (let neighbours = 2; neighbours < devices - 1; neighbours += 2) {
    const most = neighbours - likelyMost(devices, lost, neighbours, tooFewLeft);
    const threshold = safeThreshold({ graph: 'harary', devices, neighbours }, assumptions, most);
    if (threshold === undefined) continue;
    const found = { graph: 'harary', devices, neighbours, threshold } as const;
    if ((fewestInAnySum(found, assumptions) ?? leastInAnySum) >= leastInAnySum) return found;
  }
  return undefined;
}

/**
 * Smallest threshold up to `most` at which a graph keeps its devices' secrets; undefined if there is none.
 */
function safeThreshold(
  { graph, devices, neighbours }: Omit<GraphParameters, 'threshold'>,
  assumptions: Assumptions,
  most = neighbours,
): number | undefined {
  const { threat, dropping } = assumptions;
  const corrupt = corruptCount(devices, assumptions);
  if (graph === 'complete')
    return Math.max(Math.floor((2 * devices) / 3) + 1, Math.floor((devices + corrupt) / 2) + 1);
  if (threat === 'honest-but-curious') {
    const perEvent = 2 ** -(securityBits[threat] + 1);
    const bad = corrupt + countOf(devices, dropping);
    if (logChanceOfGap(devices, bad, neighbours) >= Math.log(perEvent)) return undefined;
    const threshold = Math.max(2, corruptHolders({ graph, devices, neighbours }, assumptions) + 1);
    return threshold > most ? undefined : threshold;
  }
  // The cheap check comes first.
  if (Math.floor(neighbours / 2) + 1 > most) return undefined;
  const { corruptNeighbours, corruptInWindow } = ringSafety(devices, neighbours, assumptions);
  const threshold = Math.max(
    2,
    Math.floor((neighbours + corruptNeighbours) / 2) + 1, // 2t > k + c: never both secrets of one device
    neighbours / 2 + corruptInWindow + 1, // t ≥ k/2 + h + 1: no device is cut off on one side
  );
  return threshold > most ? undefined : threshold;
}

/**
 * Bounds for a ring on which `corrupt` devices lie at random, exceeded with a probability of at most
 * 2^−security: at most `corruptNeighbours` (c) next to any device, and no two disjoint windows of k/2 places
 * with more than `corruptInWindow` (h) each.
 */
function ringSafety(
  devices: number,
  neighbours: number,
  assumptions: Assumptions,
): { readonly corruptNeighbours: number; readonly corruptInWindow: number } {
  const corrupt = corruptCount(devices, assumptions);
  const perEvent = 2 ** -(securityBits[assumptions.threat] + 1);
  const pairs = (devices * (devices - 1)) / 2;
  const window = neighbours / 2;
  return {
    corruptNeighbours: corruptHolders({ graph: 'harary', devices, neighbours }, assumptions),
    corruptInWindow: smallest(
      Math.floor((window * corrupt) / devices),
      Math.min(corrupt, window),
      most => pairs * chanceOfTwo(devices, corrupt, window, most) < perEvent,
    ),
  };
}

/** Smallest integer from `low` to `high` that `fits`, as all above it do; `high` if there is none. */
function smallest(low: number, high: number, fits: (value: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (fits(middle)) to = middle;
    else from = middle + 1;
  }
  return to;
}

/**
 * Probability that two disjoint windows of `window` places hold more than `most` of the `marked` devices
 * each.
 */
function chanceOfTwo(devices: number, marked: number, window: number, most: number): number {
  let sum = 0;
  for (let first = most + 1; first <= Math.min(marked, window); first++) {
    const inFirst = Math.exp(
      logChoose(marked, first) + logChoose(devices - marked, window - first) - logChoose(devices, window),
    );
    const term = inFirst * chanceOfMore(devices - window, marked - first, window, most);
    if (term <= sum * 1e-17) break;
    sum += term;
  }
  return sum;
}

/**
 * Logarithm of a bound on the probability that removing `bad` random devices disconnects the ring of a Harary
 * graph: that needs two gaps of `neighbours` / 2 devices in a row, and there are devices × (devices −
 * neighbours − 1) / 2 pairs.
 */
function logChanceOfGap(devices: number, bad: number, neighbours: number): number {
  if (neighbours > bad) return -Infinity;
  const logPairs = Math.log(devices) + Math.log(devices - neighbours - 1) - Math.LN2;
  return (
    logPairs +
    logFactorial(bad) +
    logFactorial(devices - neighbours) -
    logFactorial(devices) -
    logFactorial(bad - neighbours)
  );
}

/**
 * Smallest count that the number of marked neighbours of a device exceeds with a probability below `chance`
 * (less than a half), if `marked` of `devices` are marked at random.
 */
function likelyMost(devices: number, marked: number, neighbours: number, chance: number): number {
  return smallest(
    Math.floor((neighbours * marked) / devices),
    Math.min(marked, neighbours),
    most => chanceOfMore(devices, marked, neighbours, most) < chance,
  );
}

/** Upper tail of the hypergeometric distribution above `count` (at least the mean's floor), exclusive. */
function chanceOfMore(devices: number, marked: number, neighbours: number, count: number): number {
  const first = count + 1;
  let term = Math.exp(
    logChoose(marked, first) +
      logChoose(devices - marked, neighbours - first) -
      logChoose(devices, neighbours),
  );
  let sum = 0;
  for (let x = first; term > sum * 1e-17; x++) {
    sum += term;
    term *= ((marked - x) * (neighbours - x)) / ((x + 1) * (devices - marked - neighbours + x + 1));
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  return k < 0 || k > n ? -Infinity : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln n!, by Stirling's series from 32 on, where that is exact to the last digits. */
function logFactorial(n: number): number {
  if (n >= 32) {
    const inverse = 1 / n;
    const square = inverse * inverse;
    const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
    return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
  }
  let product = 1;
  for (let factor = 2; factor <= n; factor++) product *= factor;
  return Math.log(product);
}

function checkAssumptions(devices: number, { threat, corrupt, dropping }: Assumptions): void {
  if (!Number.isSafeInteger(devices) || devices < fewestContributors || devices > maxDevices) {
    throw new MurmurationError(
      'secagg.parameters',
      `Masking takes between ${fewestContributors} and ${maxDevices} devices, not ${devices}.`,
    );
  }
  for (const [name, fraction] of Object.entries({ corrupt, dropping })) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw new MurmurationError(
        'secagg.parameters',
        `The fraction "${name}" is at least 0 and below 1, not ${fraction}.`,
      );
    }
  }
  if (!Object.hasOwn(securityBits, threat)) {
    throw new MurmurationError('secagg.parameters', `There is no threat model "${threat}".`);
  }
}

function unsatisfiable(what: string, { threat, corrupt, dropping }: Assumptions): MurmurationError {
  const percent = (fraction: number) => `${Number((100 * fraction).toFixed(2))} %`;
  return new MurmurationError(
    'secagg.parameters',
    `${what} is safe against a ${threat} coordinator with ${percent(corrupt)} of the devices corrupt and ${percent(dropping)} lost.`,
  );
}
