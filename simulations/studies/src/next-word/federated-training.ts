import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import { openFederation } from '@murmuration/simulations/federation/federation';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { type CohortNoise, cohortNoise } from './cohort-noise.ts';
import rounds, { type KeyboardData } from './rounds.ts';
import type { FederatedSettings } from './settings.ts';

export interface FederatedTraining {
  readonly begin: ModelFiles;
  /** Words of the vocabulary. */
  readonly words: readonly string[];
  readonly rowLength: number;
  readonly phones: readonly PhoneMessages[];
  readonly settings: FederatedSettings;
  readonly seed: number;
  /**
   * Noise in the sums of rounds, with uniform weights of phones; without it, phones weigh by their examples.
   */
  readonly noise?: CohortNoise;
  /** Number of threads that train. */
  readonly workers: number;
  log(line: string): void;
}

/**
 * Trains the model in rounds of the phones: coordinator, strategy and the SDK's sessions over a loopback, on
 * virtual time.
 * @throws `training.failed` if a round fails, because all of its phones are always online
 */
export async function trainByRounds({
  begin,
  words,
  rowLength,
  phones,
  settings,
  seed,
  noise,
  workers,
  log,
}: FederatedTraining): Promise<ModelFiles> {
  const { stages, cohort, epochs, batchSize, gradientClip, maxExamples, clip, bits, weightCap } = settings;
  const train = phones.flatMap(phone => phone.train);
  let first = 0;
  const clients = phones.map(phone => {
    const indices = Uint32Array.from(phone.train, (_, i) => first + i);
    first += phone.train.length;
    return indices;
  });
  const all = stages.reduce((sum, { rounds }) => sum + rounds, 0);
  let model = begin;
  let done = 0;
  for (const [stage, { learningRate, serverLearningRate, ...lasts }] of stages.entries()) {
    const complete = rounds.schema.parse({
      ...rounds.defaults,
      seed: seed + stage,
      rows: { length: rowLength },
      plan: {
        epochs,
        batchSize,
        learningRate,
        gradientClip,
        maxExamples,
        sampledSoftmax: settings.negatives === null ? null : { negatives: settings.negatives },
      },
      update: noise ? { clip, bits, weighting: 'uniform' } : { clip, bits, weightCap },
      ...(noise && {
        privacy: { ...asking, rounds: lasts.rounds },
        stop: { rounds: lasts.rounds },
      }),
      masking: settings.masking,
      cohort: { goal: cohort, minimum: cohort },
      strategy: { name: 'fedAdam', serverLearningRate, tau: settings.tau },
    });
    const data: KeyboardData = { train, heldOut: [], clients, words, begin: model };
    const federation = await openFederation(rounds as unknown as Scenario, complete, data, {
      workers,
      ...(noise && { noise: makerFor(noise, lasts.rounds, cohort) }),
      failed: (where, error) => log(`${where}: ${error instanceof Error ? error.message : String(error)}`),
    });
    try {
      for (let round = 1; round <= lasts.rounds; round++) {
        const { outcome, failure, training } = await federation.next();
        if (outcome === 'failed')
          throw new MurmurationError('training.failed', `Round ${done + round} failed: ${failure?.reason}.`);
        if ((done + round) % 10 === 0 || done + round === all)
          log(`Round ${done + round} of ${all}: loss ${mean(training?.metrics.loss ?? []).toFixed(3)} nats.`);
      }
      model = await federation.newest();
    } finally {
      await federation.close();
    }
    done += lasts.rounds;
  }
  return model;
}

/** Budget whose noise is replaced; any that needs noise in each round will do. */
const asking = { epsilon: 1e6, delta: 1e-5, separation: 1, noise: 'independent' } as const;

function makerFor(noise: CohortNoise, rounds: number, simulated: number): NoiseMaker {
  return cohortNoise(noise, { own: privacyOf({ ...asking, rounds }).noiseMultiplier, simulated });
}

function mean(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
}
