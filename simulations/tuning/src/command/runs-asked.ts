import { settingAt } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';

/** Setting and its value. */
export interface SettingAssignment {
  readonly path: string;
  readonly value: unknown;
}

/** Setting and the values that it takes in turn. */
export interface Sweep {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** One requested run. */
export interface RunAsked {
  /** Variant of the scenario; undefined if it has none. */
  readonly variant: string | undefined;
  /** Settings from sweeps. */
  readonly swept: readonly SettingAssignment[];
  readonly seed: number;
  /** Settings in addition to the scenario's; later ones take precedence. */
  readonly settings: readonly GivenSettings[];
  /** Label such as `iid, strategy.serverLearningRate=0.1, seed 2`; empty for a single run. */
  readonly label: string;
}

/** Combines every variant with every combination of swept values and every seed. */
export function runsAsked(
  { variants, defaults }: Pick<Scenario, 'variants' | 'defaults'>,
  set: readonly SettingAssignment[],
  sweeps: readonly Sweep[],
  seeds: number,
): RunAsked[] {
  const names = Object.keys(variants);
  const firstSeed = Number(set.find(({ path }) => path === 'seed')?.value ?? defaults.seed ?? 1);
  const combinations = sweeps.reduce<readonly (readonly SettingAssignment[])[]>(
    (all, { path, values }) => all.flatMap(before => values.map(value => [...before, { path, value }])),
    [[]],
  );
  return (names.length > 0 ? names : [undefined]).flatMap(variant =>
    combinations.flatMap(swept =>
      Array.from({ length: seeds }, (_, i) => {
        const seed = firstSeed + i;
        const given = [...set, ...swept].map(({ path, value }) => settingAt(path, value));
        const parts = [
          ...(variant === undefined ? [] : [variant]),
          ...swept.map(({ path, value }) => `${path}=${JSON.stringify(value)}`),
          ...(seeds > 1 ? [`seed ${seed}`] : []),
        ];
        return {
          variant,
          swept,
          seed,
          settings: [...(variant === undefined ? [] : [variants[variant]!]), ...given, { seed }],
          label: parts.join(', '),
        };
      }),
    ),
  );
}
