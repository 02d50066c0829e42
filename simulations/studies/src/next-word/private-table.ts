import { availableParallelism } from 'node:os';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { privacyOf, sharedNoiseOf, type TaskPrivacy } from '@murmuration/rounds/task/task-privacy';
import type { CohortNoise } from './cohort-noise.ts';
import { trainByRounds } from './federated-training.ts';
import { partMaker } from './part-maker.ts';
import type { FederatedSettings, KeyboardTableSettings, PrivateSettings } from './settings.ts';
import { type KeyboardTableInputs, told, untrained, withoutHeldOut } from './table.ts';

/** Result of the phones' rounds under one budget. */
export interface PrivateRow {
  /** Budget ε; null: the same rounds without noise. */
  readonly epsilon: number | null;
  /** Noise multiplier z; 0 without noise. */
  readonly noiseMultiplier: number;
  readonly recall: Recall;
}

export interface PrivateTable {
  /** Recall before any phone's text, which costs no ε. */
  readonly pretrained: Recall;
  readonly rows: readonly PrivateRow[];
  /** Parts of one phone, and rounds between them, that the accounting assumes. */
  readonly participations: number;
  readonly separation: number;
}

/**
 * Measures recall for each ε: rounds of the phones with uniform weights and the noise for the population and
 * cohort of `privacy`, scaled to the number of simulated phones.
 * @throws `config.invalid` for a cohort larger than the population
 */
export async function measurePrivate(
  inputs: KeyboardTableInputs & { readonly privacy: PrivateSettings },
): Promise<PrivateTable> {
  const { phones, settings, privacy, threads = availableParallelism(), log } = inputs;
  const { rowLength, seed } = settings;
  const budgets = privacy.epsilons.map(epsilon => ({
    epsilon,
    budget: epsilon && budgetOf(privacy, epsilon),
  }));
  const heldOut = phones.flatMap(phone => phone.heldOut);
  const words = inputs.words.slice(0, settings.model.vocabulary - firstWordId);
  const common = { words, rowLength, seed };
  await startBackend();
  const parts = partMaker(threads, log);
  try {
    const begin = await parts.make({
      ...common,
      part: 'central',
      name: 'Public text',
      model: untrained(settings, firstWordId + words.length),
      messages: withoutHeldOut(inputs),
      settings: settings.pretraining,
    });
    const pretrained = await parts.make({ ...common, part: 'recall', model: begin, heldOut });
    log(`Before the phones' text: ${told(pretrained)}.`);
    const rows: PrivateRow[] = [];
    for (const { epsilon, budget } of budgets) {
      const noise = noiseOf(privacy, budget);
      const model = await trainByRounds({
        ...common,
        begin,
        phones,
        settings: privateRounds(settings, privacy),
        noise,
        workers: threads,
        log,
      });
      const recall = await parts.make({ ...common, part: 'recall', model, heldOut });
      log(`ε = ${epsilon ?? '∞'}: ${told(recall)}.`);
      rows.push({ epsilon, noiseMultiplier: noise.noiseMultiplier, recall });
    }
    const { separation, participations } = budgetOf(privacy, 1);
    return { pretrained, rows, separation, participations };
  } finally {
    await parts.close();
  }
}

/** Returns the budget of a population whose devices take part as seldom as possible. */
function budgetOf({ population, cohort, delta, rounds }: PrivateSettings, epsilon: number): TaskPrivacy {
  if (cohort > population)
    throw new MurmurationError(
      'config.invalid',
      `privacy.cohort (${cohort}) has more devices than privacy.population (${population}).`,
    );
  return privacyOf({
    epsilon,
    delta,
    rounds,
    separation: Math.min(rounds, Math.floor(population / cohort)),
    noise: 'correlated',
  });
}

function noiseOf({ cohort }: PrivateSettings, budget: TaskPrivacy | null | 0): CohortNoise {
  if (!budget) return { shared: { kind: 'bisr', bands: 1 }, noiseMultiplier: 0, cohort };
  const shared = sharedNoiseOf(budget);
  if (shared.kind !== 'bisr') throw new RangeError('Correlated noise is that of BISR.');
  return { shared, noiseMultiplier: budget.noiseMultiplier, cohort };
}

/** Returns the rounds of one budget: a single stage, because the noise would restart between stages. */
function privateRounds(
  { federated }: KeyboardTableSettings,
  { rounds, simulated, maxExamples, clip, learningRate, serverLearningRate, tau }: PrivateSettings,
): FederatedSettings {
  return {
    ...federated,
    stages: [{ rounds, learningRate, serverLearningRate }],
    cohort: simulated,
    maxExamples,
    clip,
    tau,
  };
}
