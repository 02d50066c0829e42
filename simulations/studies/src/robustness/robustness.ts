import { systemClock } from '@murmuration/protocol/time/system-clock';
import { inThreads } from '@murmuration/simulations/study/in-threads';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import type { AggregationMode, Attacked, AttackJob } from './attack.ts';
import type { RuleName } from './rules.ts';
import { robustnessSettings } from './settings.ts';

export const schema = robustnessSettings;

/** Share of the accuracy without attackers that a rule must keep to hold. */
const minKeptShare = 0.95;
/** Share of the accuracy at which the mean counts as fallen. */
const fallen = 0.7;

interface Outcome extends Attacked {
  readonly attackers: number;
  /** True if the share `minKeptShare` is left of the accuracy of the mean without attackers. */
  readonly held: boolean;
}

/**
 * Runs colluding attackers against each rule: on single updates, on the sums of masked groups, and on the one
 * masked sum.
 */
export async function run({ seed, settings: given, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const settings = schema.parse(given ?? {});
  const { devices, groups, shares, rules } = settings;
  const attacks = new Map<string, number>([
    ['none', 0],
    ['eighth', Math.max(1, Math.floor(groups / 8))],
    ...shares.map((share): [string, number] => [String(share), Math.round(share * devices)]),
  ]);
  const tried: (readonly [AggregationMode, RuleName])[] = [
    ['plain', 'mean'],
    ...rules.map(name => ['unmasked', name] as const),
    ...rules.map(name => ['groups', name] as const),
  ];
  const jobs = tried.flatMap(([mode, name]) =>
    Array.from(attacks.values(), (attackers): AttackJob => ({ mode, name, attackers, settings, seed })),
  );
  const results = await inThreads<AttackJob, Attacked>(
    new URL('./attack.ts', import.meta.url),
    jobs,
    ({ mode, name, attackers }, { accuracy, backdoor }) =>
      log(`${mode}.${name}, ${attackers} attackers: ${percent(accuracy)}, backdoor ${percent(backdoor)}.`),
  );
  // The first job is the masked mean without attackers.
  const clean = results[0]!.accuracy;
  const figures: Record<AggregationMode, Record<string, Record<string, Outcome>>> = {
    plain: {},
    unmasked: {},
    groups: {},
  };
  const table: string[][] = [['rule', ...attacks.keys()]];
  for (const [i, [mode, name]] of tried.entries()) {
    const outcomes = Object.fromEntries(
      Array.from(attacks, ([share, attackers], k): [string, Outcome] => {
        const { accuracy, backdoor } = results[i * attacks.size + k]!;
        return [share, { attackers, accuracy, backdoor, held: accuracy >= minKeptShare * clean }];
      }),
    );
    figures[mode][name] = outcomes;
    const cells = Object.values(outcomes).map(
      ({ accuracy, backdoor, held }) =>
        `${percent(accuracy)} ${held ? 'held' : 'not held'}, backdoor ${percent(backdoor)}`,
    );
    table.push([`${mode}.${name}`, ...cells]);
  }
  return {
    figures: {
      scenario: 'robustness',
      seed,
      settings,
      groupSize: devices / groups,
      cleanAccuracy: clean,
      ...figures,
      meanFalls: figures.plain.mean!.eighth!.accuracy <= fallen * clean,
      groupsHold: figures.groups.trimmedMean?.eighth?.held ?? null,
      seconds: (systemClock.now() - began) / 1_000,
    },
    table,
  };
}
