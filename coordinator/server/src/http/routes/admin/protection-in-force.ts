import type { Masking } from '@murmuration/api/security';
import { findParameters, guaranteedBits } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { inGraph } from '@murmuration/rounds/round/phases/keys';
import { cohortSizeOf, largestSumOf, type Task } from '@murmuration/rounds/task/task';

/**
 * Returns the parameters with which a round of the task masks its updates, and what they guarantee, in plain
 * words.
 */
export function maskingInForce(task: Task): Masking {
  const { planVersion, masking, update, cohort } = task;
  const largest = cohortSizeOf(task);
  const { minimum, goal } = cohort;
  const hasRing = update.kind === 'ring' && (update.compression?.kind ?? 'randomMask') === 'randomMask';
  const ring = hasRing ? quantizationFor(1, { ...update, largestCohort: largestSumOf(task) }) : null;
  const common = {
    planVersion,
    cohort: { minimum, goal, largest },
    ring: ring && { bits: ring.width, valueBits: update.bits, weightCap: update.weightCap },
  };
  if (!masking) return { ...common, masking: null, guarantees: unmasked };
  const kind = masking.graph === 'complete' ? 'complete' : undefined;
  const groups = (task.groups ?? task.spread)?.count ?? 1;
  const cohorts = [minimum, Math.min(Math.ceil(goal * inGraph), largest)];
  const graphs = [...new Set(cohorts.map(devices => Math.floor(devices / groups)))].map(devices => {
    const { graph, neighbours, threshold } = findParameters(devices, masking, kind);
    return { devices, graph: graph === 'harary' ? ('sparse' as const) : graph, neighbours, threshold };
  });
  const { security, correctness } = guaranteedBits(masking.threat);
  const parameters = { ...masking, securityBits: security, failureBits: correctness, graphs };
  return { ...common, masking: parameters, guarantees: guaranteesOf(parameters, task) };
}

const unmasked = [
  'Updates are not masked: the coordinator, and anybody who takes it over, can see each one while it adds them up.',
  'The connection has to protect them on their way: use TLS.',
];

const assumed = {
  'honest-but-curious': 'a coordinator that follows the protocol and looks at everything it gets',
  'semi-malicious': 'a coordinator and devices that lie, as long as the graph is drawn honestly',
  malicious: 'a coordinator that lies, and that tries many sets of devices until their graph suits it',
} as const;

function guaranteesOf(
  { threat, corrupt, dropping, securityBits, failureBits, graphs }: NonNullable<Masking['masking']>,
  { cohort: { minimum }, groups, spread }: Task,
): string[] {
  const { devices, neighbours, threshold } = graphs.at(-1)!;
  const cut = groups ?? spread;
  const where = groups ? 'group' : spread ? 'part' : 'round';
  const sums = cut
    ? `one sum of each of ${cut.count} ${where}s of a round, of at least ${cut.smallest} updates`
    : `one sum of each round, of at least ${minimum} updates`;
  return [
    `The coordinator learns at most ${sums}${threat === 'honest-but-curious' ? '' : ', and of honest devices as many as the threat model says'}.`,
    `That holds against ${assumed[threat]}, together with up to ${percent(corrupt)} of the devices; the chance that it fails for any device is below ${powerOfTwo(-securityBits)}${threat === 'malicious' ? ' for each set of devices that is tried' : ''}.`,
    ...(threat === 'honest-but-curious'
      ? []
      : [
          'Against one that lies it holds for devices whose app pins the key of an enrolment authority; all others take the coordinator’s word for who is in the round.',
        ]),
    `In a ${where} of ${devices} devices each one shares its secrets with ${neighbours} others, and ${threshold} shares recover one of them.`,
    `A ${where} survives the loss of up to ${percent(dropping)} of its devices; the chance that it then can't be unmasked is below ${powerOfTwo(-failureBits)}. If more are lost it fails, and nothing is revealed.`,
    'Masking does not hide what the sum itself says, nor what the published model says about the population.',
  ];
}

/** Formats a power of two such as 2⁻⁸⁰. */
function powerOfTwo(exponent: number): string {
  const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  return `2${String(exponent).replace(/./g, sign => (sign === '-' ? '⁻' : raised[Number(sign)]!))}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
