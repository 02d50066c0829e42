import { MurmurationError } from '../errors.ts';

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

/** The graph along which devices share secrets and mask, and how many shares recover a secret. */
export interface GraphParameters {
  /** `harary`: every device has `neighbours` others, next to it on a ring. `complete`: all others. */
  readonly graph: 'harary' | 'complete';
  readonly devices: number;
  /** Neighbours of each device: even in a Harary graph, `devices` − 1 in a complete one. */
  readonly neighbours: number;
  /** Shares that recover a secret, of `neighbours` in a Harary graph; in a complete one each device keeps a share too. */
  readonly threshold: number;
}

/** Fewer contributors than this would make a sum that says too much of each. */
export const fewestContributors = 3;
/** Smaller cohorts mask along the complete graph. */
const fewestInHararyGraph = 50;
const mostDevices = 1_000_000;
const securityBits = { 'honest-but-curious': 40, 'semi-malicious': 40, malicious: 80 } as const;
const correctnessBits = 20;

/** What the parameters guarantee: that a device is protected but for a chance of 2^−`security`, and a round is unmasked but for one of 2^−`correctness`. */
export function guaranteedBits(threat: ThreatModel): {
  readonly security: number;
  readonly correctness: number;
} {
  return { security: securityBits[threat], correctness: correctnessBits };
}
/** Keeps a product such as 0.29 × 100 from falling below the integer that it stands for. */
const roundingSlack = 1e-14;

/**
 * The sparsest graph, with its smallest threshold, that withstands what is assumed: Bell et al. 2020 (CCS, §3.3), by the
 * rule of Google's federated-compute (fcp/secagg/server/graph_parameter_finder.cc): the chance that a device has
 * too many corrupt neighbours or that the honest part of the graph falls apart stays below 2⁻⁴⁰ (2⁻⁸⁰ where the
 * coordinator is malicious), the chance that a device keeps too few neighbours below 2⁻²⁰.
 *
 * Below 50 devices, or where no sparse graph will do, the graph is complete.
 *
 * @param graph asks for one kind of graph instead
 * @throws MurmurationError `secagg.parameters` where no graph withstands the assumptions; the detail says why
 */
export function findParameters(
  devices: number,
  assumptions: Assumptions,
  graph?: GraphParameters['graph'],
): GraphParameters {
  checkAssumptions(devices, assumptions);
  const lost = countOf(devices, assumptions.dropping);
  if (graph === 'harary' || (graph === undefined && devices >= fewestInHararyGraph)) {
    const sparse = findHarary(devices, assumptions, lost);
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
 * Throws `secagg.parameters` unless a graph with these parameters keeps the secrets of its devices under the assumptions:
 * what a device asks before it trusts the parameters of a coordinator.
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
      `A ${graph} graph on ${devices} devices with ${neighbours} neighbours and threshold ${threshold}`,
      assumptions,
    );
  }
}

function findHarary(devices: number, assumptions: Assumptions, lost: number): GraphParameters | undefined {
  const tooFewLeft = 2 ** -correctnessBits / devices;
  for (let neighbours = 2; neighbours < devices - 1; neighbours += 2) {
    const threshold = safeThreshold({ graph: 'harary', devices, neighbours }, assumptions);
    if (threshold === undefined) continue;
    const lostNeighbours = likelyMost(devices, lost, neighbours, tooFewLeft);
    if (threshold <= neighbours - lostNeighbours) return { graph: 'harary', devices, neighbours, threshold };
  }
  return undefined;
}

/** The smallest threshold at which a graph keeps its devices' secrets; undefined where none does. */
function safeThreshold(
  { graph, devices, neighbours }: Omit<GraphParameters, 'threshold'>,
  { threat, corrupt, dropping }: Assumptions,
): number | undefined {
  const corruptDevices = countOf(devices, corrupt);
  if (graph === 'complete') {
    // Each of `devices` holds one share of every secret. A device that is told one thing by one half of the others and
    // another by the rest must not lose both secrets: 2 × threshold > devices + corrupt. Two thirds and one more withstand
    // a corrupt device also where the fraction stands for none.
    return Math.max(Math.floor((2 * devices) / 3) + 1, Math.floor((devices + corruptDevices) / 2) + 1);
  }
  const perEvent = 2 ** -(securityBits[threat] + 1);
  const badDevices = corruptDevices + countOf(devices, dropping);
  if (logChanceOfGap(devices, badDevices, neighbours) >= Math.log(perEvent)) return undefined;
  const corruptNeighbours = likelyMost(devices, corruptDevices, neighbours, perEvent / devices);
  const threshold =
    threat === 'honest-but-curious'
      ? corruptNeighbours + 1
      : Math.floor((neighbours + corruptNeighbours) / 2) + 1; // 2 × threshold > neighbours + corrupt ones
  return threshold > neighbours ? undefined : Math.max(2, threshold);
}

/**
 * The logarithm of a bound on the chance that removing `bad` random devices takes the ring of a Harary graph apart: that
 * needs two gaps of `neighbours` / 2 devices in a row, and there are devices × (devices − neighbours − 1) / 2 pairs.
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
 * The smallest count such that a device has more than so many marked ones among its neighbours with a chance below
 * `chance` (less than a half), where `marked` of `devices` are marked at random.
 */
function likelyMost(devices: number, marked: number, neighbours: number, chance: number): number {
  let low = Math.floor((neighbours * marked) / devices);
  let high = Math.min(marked, neighbours);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOfMore(devices, marked, neighbours, middle) < chance) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** The upper tail of the hypergeometric distribution, from `count` (not below the mean's floor) up, exclusive. */
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

/** ln n!, by Stirling's series where that is exact to the last digits. */
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

/** How many of `devices` a fraction stands for, rounded down. */
const countOf = (devices: number, fraction: number): number =>
  Math.floor((fraction + roundingSlack) * devices);

function checkAssumptions(devices: number, { threat, corrupt, dropping }: Assumptions): void {
  if (!Number.isSafeInteger(devices) || devices < fewestContributors || devices > mostDevices) {
    throw new MurmurationError(
      'secagg.parameters',
      `Masking takes between ${fewestContributors} and ${mostDevices} devices, not ${devices}.`,
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
