import { startBackend } from '@murmuration/engine/backend/backend';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import type { EachStrategy } from '@murmuration/rounds/strategy/strategy';
import { mnist } from '@murmuration/simulations/data/mnist';
import { digitAccuracy } from '@murmuration/simulations/digits/accuracy';
import { digitLearner } from '@murmuration/simulations/digits/learner';
import { backdoorSuccess } from '@murmuration/simulations/digits/poisons';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { type AggregationInput, maskedMeans, singleUpdates } from './cohorts.ts';
import { DigitCrowd, target } from './crowd.ts';
import { type RuleName, ruleOf } from './rules.ts';
import type { RobustnessSettings } from './settings.ts';

/**
 * Mode of aggregation. `plain`: one masked sum; `unmasked`: single updates; `groups`: the masked sums of
 * groups.
 */
export type AggregationMode = 'plain' | 'unmasked' | 'groups';

/** One run of the study. */
export interface AttackJob {
  readonly mode: AggregationMode;
  readonly name: RuleName;
  readonly attackers: number;
  readonly settings: RobustnessSettings;
  readonly seed: number;
}

/** Result of the run. */
export interface Attacked {
  readonly accuracy: number;
  readonly backdoor: number;
}

/** Share of attackers that rules assume among the updates or groups that they compare. */
const assumed = { plain: 0, unmasked: 0.35, groups: 0.25 } as const;

/** Runs all rounds under one rule, with `attackers` attackers; called in a thread. */
export default async function runAttack({
  mode,
  name,
  attackers,
  settings,
  seed,
}: AttackJob): Promise<Attacked> {
  const { devices, groups, rounds, clip, hidden } = settings;
  await startBackend();
  const { train, heldOut } = mnist();
  const learner = digitLearner(hidden, seed);
  const crowd = new DigitCrowd(learner, settings, train, seed);
  const { layout, initial } = learner;
  const compared = { plain: 1, unmasked: devices, groups }[mode];
  const rule: EachStrategy = ruleOf(name, compared, assumed[mode]);
  const random = seededRandom(seed, `robustness ${mode} ${attackers}`);
  let weights = initial;
  let state = rule.init(layout.count);
  for (let round = 1; round <= rounds; round++) {
    const sent: AggregationInput = {
      honest: await crowd.honest(weights, attackers, round),
      wanted: attackers > 0 ? await crowd.wanted(weights, attackers, round) : new Float32Array(0),
      attackers,
    };
    const means: Mean[] =
      mode === 'unmasked' ? singleUpdates(sent) : maskedMeans(sent, compared, { layout, clip, random });
    const stepped = rule.apply(state, weights, means);
    state = stepped.state;
    weights = stepped.model;
  }
  const measured = heldOut.slice(0, settings.heldOut);
  const found = await learner.measure(weights, async model => ({
    accuracy: (await digitAccuracy(model, measured)).accuracy,
    backdoor: await backdoorSuccess(model, measured, target),
  }));
  await learner.close();
  return found;
}
