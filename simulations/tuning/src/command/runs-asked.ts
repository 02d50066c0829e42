import { settingAt } from '@murmuration/simulations/scenario/complete-settings';
import type { GivenSettings, Scenario } from '@murmuration/simulations/scenario/define-scenario';

/** A setting and what it is set to. */
export interface Assignment {
  readonly path: string;
  readonly value: unknown;
}

/** A setting and the values that it takes one after the other. */
export interface Sweep {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** One run that was asked for. */
export interface RunAsked {
  /** Of the scenario; undefined where it has none. */
  readonly variant: string | undefined;
  /** What the sweeps set in it. */
  readonly swept: readonly Assignment[];
  readonly seed: number;
  /** Settings beside those of the scenario, in the order in which later ones go before. */
  readonly settings: readonly GivenSettings[];
  /** Such as `iid, strategy.serverLearningRate=0.1, seed 2`; empty for an only run. */
  readonly label: string;
}

/** Every variant, with every combination of what is swept, with every seed. */
export function runsAsked(
  { variants, defaults }: Pick<Scenario, 'variants' | 'defaults'>,
  set: readonly Assignment[],
  sweeps: readonly Sweep[],
  seeds: number,
): RunAsked[] {
  const names = Object.keys(variants);
  const firstSeed = Number(set.find(({ path }) => path === 'seed')?.value ?? defaults.seed ?? 1);
  const combinations = sweeps.reduce<readonly (readonly Assignment[])[]>(
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
