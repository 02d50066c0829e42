import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { splitLayout, takePart, withPart } from '@murmuration/protocol/weights/shared-part';
import type { Aggregate } from '../aggregation/aggregate.ts';
import { RingSum } from '../aggregation/ring-sum.ts';
import { measure } from '../evaluation/measure.ts';
import type { PrivacyBudgets } from '../privacy/budgets.ts';
import type { PrivacyCost } from '../registry/model-version.ts';
import type { Registry } from '../registry/registry.ts';
import type { RoundTerms } from '../round/round.ts';
import { requireStepped } from '../strategy/require-stepped.ts';
import type { RoundName, Stepped, Strategy, StrategyState } from '../strategy/strategy.ts';
import type { Task } from '../task/task.ts';
import { type NgramsOf, ngramsOfFile } from './ngram-chain.ts';
import type { MakeVersion } from './ports.ts';
import { stateFor } from './state-for.ts';
import { otherBase } from './taken-back.ts';

/**
 * Returns the steps from aggregate to strategy to candidate to held-out metrics. The files of the candidate
 * are stored; its row is not. Private and frozen layers are bit for bit those of the version before: the
 * strategy never sees them. `took` gets the duration of each step, ms; `ngramsOf` returns the n-grams of a
 * task's next version.
 */
export function versionMaker(
  taskOf: () => Task,
  registry: Registry,
  clock: Clock,
  privacy: PrivacyBudgets,
  took: (terms: RoundTerms, step: 'aggregation' | 'evaluation', ms: number) => void = () => {},
  ngramsOf: NgramsOf = ngramsOfFile,
): MakeVersion {
  return async (terms, aggregate, contributors, signal) => {
    const startedAt = clock.now();
    const task = taskOf();
    // A sum with device noise is already open: it counts, whatever becomes of it.
    const opened =
      terms.plan.privacy?.noise && (await released(privacy, terms, aggregate, contributors, signal));
    const { head, files, newest } = await registry.current(task.name);
    if (terms.kind !== 'buffer' && head.version.model !== terms.plan.model)
      throw new MurmurationError('round.closed', otherBase);
    const split = splitLayout(files.layout, terms.plan.privateLayers, terms.plan.frozenLayers);
    if (!equalBytes(aggregate.form.layoutHash, split.shared.hash))
      throw new MurmurationError('round.closed', 'The newest version has another shape than these updates.');
    const before = stateFor(task.strategy, head, split.shared.count);
    const release = opened ?? (await released(privacy, terms, aggregate, contributors, signal));
    const stepped = stepOf(
      task.strategy,
      before,
      takePart(files.weights, split, 'shared'),
      release?.mean ?? aggregate,
      aggregate.contributors,
      terms,
    );
    const { state, model } = requireStepped(task.strategy, stepped, split.shared.count);
    if (!model.every(Number.isFinite)) {
      const advice = 'lower the server learning rate or the clipping norm';
      throw new MurmurationError(
        'update.impossible',
        `The strategy ${task.strategy.name} left the range of float32; ${advice}.`,
      );
    }
    const weights = withPart(files.weights, split, 'shared', model);
    const ngrams = await ngramsOf(task);
    const candidate = await registry.store(
      files.topology,
      files.layout,
      weights,
      task.serving.weights,
      ngrams?.file,
    );
    const storedAt = clock.now();
    took(terms, 'aggregation', storedAt - startedAt);
    const metrics = await measure(task, candidate, clock, signal);
    if (metrics) took(terms, 'evaluation', clock.now() - storedAt);
    return {
      state,
      version: {
        model: candidate.hash,
        task: task.name,
        number: newest + 1,
        parent: head.version.model,
        round: terms.id,
        ...(terms.run !== undefined && { run: terms.run }),
        strategy: task.strategy.name,
        planVersion: terms.plan.version,
        contributors: aggregate.contributors,
        ...(head.version.vocabulary && { vocabulary: head.version.vocabulary }),
        metrics,
        ...(release && { privacy: release.privacy }),
        ...(ngrams && { ngrams: ngrams.counts }),
        createdAt: clock.now(),
      },
    };
  };
}

/**
 * Returns the mean of a round with the noise of its privacy budget, without which nothing is released;
 * undefined for a plan without a budget. Takes a step of the budget. Throws as `PrivacyBudgets.release`.
 */
async function released(
  budgets: PrivacyBudgets,
  terms: RoundTerms,
  aggregate: Aggregate,
  contributors: readonly DeviceId[],
  signal: AbortSignal,
): Promise<{ readonly mean: Mean; readonly privacy: PrivacyCost } | undefined> {
  if (!terms.plan.privacy) return undefined;
  if (!(aggregate instanceof RingSum))
    throw new MurmurationError('config.invalid', 'A privacy budget takes sums of quantised updates.');
  // Refuses an impossible sum before it takes a step of the budget, unless the sum has already been seen.
  if (!terms.plan.privacy.noise) aggregate.mean();
  const release = await budgets.release(terms, contributors, aggregate, signal);
  const { noise, noiseNorm, statement, budget, step } = release!;
  const mean = aggregate.mean(noise);
  const norm = mean.weight * Math.sqrt(mean.delta.reduce((sum, value) => sum + value * value, 0));
  return { mean, privacy: { budget, step, statement, norm, noiseNorm } };
}

/** Throws `config.invalid` if the round gathered what another kind of strategy consumes. */
function stepOf(
  strategy: Strategy,
  state: StrategyState,
  model: Float32Array,
  gathered: Aggregate | Mean,
  contributors: number,
  round: RoundName,
): Stepped<StrategyState> {
  if ('delta' in gathered) {
    if (strategy.consumes === 'sum') return strategy.apply(state, model, gathered, contributors, round);
  } else if (strategy.consumes === 'each' && gathered.consumes === 'each')
    return strategy.apply(state, model, gathered.updates);
  else if (strategy.consumes === 'groups' && gathered.consumes === 'groups')
    return strategy.apply(state, model, [...gathered.means.values()]);
  else if (strategy.consumes === 'sum' && gathered.consumes === 'sum')
    return strategy.apply(state, model, gathered.mean(), contributors, round);
  throw new MurmurationError(
    'config.invalid',
    `The strategy ${strategy.name} can't use what this round gathered: it began under another strategy.`,
  );
}
