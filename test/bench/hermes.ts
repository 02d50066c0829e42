import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { type DeviceInputs, plainUpdate } from '../hermes/contribution.ts';
import { forHermes, runOnHermes, runOnNode, scriptOf } from '../hermes/engines.ts';
import type { Work } from '../hermes/learning.ts';
import { oneStepWithoutVectors } from '../hermes/without-vectors.ts';
import { Cohort, seed } from '../unit/protocol/secagg/cohort.ts';
import { type BenchmarkOptions, type Figures, round } from './benchmark.ts';

const programs = {
  proofs: "import { proofs } from './proofs.ts'; proofs().then(found => print(JSON.stringify(found)));",
  contribution:
    "import { contribution } from './contribution.ts'; print(inputs ? contribution(inputs) : 'nothing');",
  learning: "import { work } from './learning.ts'; print(String(work(inputs)));",
};

/**
 * CPU milliseconds of a device's whole part in a masked round on Hermes 0.12, the engine of React Native: keys, shares, masks over --values
 * (100,000) of --width bits (20), with --neighbours (96), agreement and reveal; beside the same script in Node with and without WebAssembly. The same of a step of
 * training and of a prediction, by the kernels in JavaScript. Whether all of them make the same bytes of it, and of identity, quantisation, a masked round of 12
 * with losses, n-gram cache, mixture, training and predictions, the last two as WebAssembly without vectors.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      values: { type: 'string', default: '100000' },
      width: { type: 'string', default: '20' },
      neighbours: { type: 'string', default: '96' },
    },
  });
  const [values, width, neighbours] = [options.values, options.width, options.neighbours].map(Number) as [
    number,
    number,
    number,
  ];
  log(`A round of ${neighbours + 1} devices …`);
  const inputs = inputsOf(neighbours + 1, values, width);
  const script = await scriptOf(programs.contribution);
  const hermes = await forHermes(script);
  const given = (text: string, what: object | null) => `var inputs = ${JSON.stringify(what)};\n${text}`;
  log('Hermes …');
  const empty = await runOnHermes(given(hermes, null));
  const own = await runOnHermes(given(hermes, inputs));
  log('Node …');
  const onNode = async (hasKernels: boolean) => {
    await runOnNode(given(script, null), hasKernels);
    const before = process.cpuUsage();
    const digest = await runOnNode(given(script, inputs), hasKernels);
    const { user, system } = process.cpuUsage(before);
    return { digest, cpuMs: (user + system) / 1_000 };
  };
  const [plain, kernels] = [await onNode(false), await onNode(true)];
  log('Learning …');
  const learning = await scriptOf(programs.learning);
  const learningOnHermes = await forHermes(learning);
  const [steps, predictions] = [8, 200];
  const onHermes = async (work: Work) => (await runOnHermes(given(learningOnHermes, work))).cpuMs;
  const idle = await onHermes({ steps: 0, predictions: 0 });
  const stepped = await onHermes({ steps, predictions: 0 });
  const predicted = await onHermes({ steps: 0, predictions });
  const proofs = await scriptOf(programs.proofs);
  const proved = (await runOnHermes(await forHermes(proofs))).printed;
  const digests = [own.printed, plain.digest, kernels.digest];
  return {
    sameBytes:
      new Set(digests).size === 1 &&
      proved === (await runOnNode(proofs, false)) &&
      JSON.parse(proved).oneStep === (await oneStepWithoutVectors()),
    contributionCpuMs: round(own.cpuMs - empty.cpuMs),
    stepCpuMs: round((stepped - idle) / steps),
    predictionCpuMs: round((predicted - idle) / predictions),
    nodeCpuMs: round(plain.cpuMs),
    nodeWebAssemblyCpuMs: round(kernels.cpuMs),
    values,
    width,
    neighbours,
    hermes: '0.12.0',
    node: process.version,
    cores: availableParallelism(),
  };
}

/** What the first device of a round hears of the others, all of whom stay to the end. */
function inputsOf(devices: number, values: number, width: number): DeviceInputs {
  const assumptions = { threat: 'honest-but-curious', corrupt: 0.05, dropping: 0.1 } as const;
  const parameters = findParameters(devices, assumptions, 'complete');
  const cohort = new Cohort({ devices, parameters, width });
  const self = 0;
  cohort.deal().take();
  const bundle = writeBundle(cohort.graph, cohort.dealings, self);
  cohort.mask(number => (number === self ? plainUpdate(values) : new Int32Array(values))).agree();
  const { identity } = cohort.graph.devices[self]!;
  const index = cohort.numbers.find(device =>
    native.ed25519.signingKey(seed(1, device)).publicKey.every((byte, i) => byte === identity[i]),
  )!;
  const parts = {
    identity: seed(1, index),
    entropy: seed(2, index),
    roster: writeRoster(cohort.graph, self),
    bundle,
    statement: cohort.statement,
    agreed: cohort.agreedFor(self),
  };
  const texts = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, hex(bytes)]));
  return { ...(texts as Record<keyof typeof parts, string>), values, width };
}
