import type { Objective } from '@murmuration/engine/objective/objective';
import type * as tf from '@murmuration/engine/tfjs/tf';
import * as z from 'zod';
import type { Poisons } from '../adversaries/poisons.ts';
import type { PlainData, RoundEnded, RunBegun } from '../run-events/run-event.ts';
import type { GivenSpace } from '../spaces/given-space.ts';
import type { FederatedData } from './federated-data.ts';
import { type CommonSettings, commonSettings } from './settings.ts';

/** Schemas of the sections that a scenario adds to the common ones, by name. */
type Sections = Readonly<Record<string, z.ZodType>>;

export type SettingsOf<Own extends Sections> = CommonSettings & {
  readonly [Name in keyof Own]: z.output<Own[Name]>;
};

/** Settings with any of them left out, which then have their defaults. */
type Given<Own extends Sections> = {
  readonly [Name in keyof typeof commonSettings]?: z.input<(typeof commonSettings)[Name]>;
} & { readonly [Name in keyof Own]?: z.input<Own[Name]> };

/** Settings as nested plain objects, with any of them left out. */
export type GivenSettings = Readonly<Record<string, unknown>>;

/** Metrics of a model on some examples. */
export interface MeasuredMetrics {
  /** Weight of the examples relative to others, such as their number or the number of their words. */
  readonly weight: number;
  /** Means over the examples, by the names of the scenario's metrics. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Progress of a run, for the scenario's own figures. */
export interface RunProgress {
  readonly clients: number;
  /** Held-out metrics of each measured version, with the round that made it. */
  readonly measured: readonly {
    readonly round: number;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
  /** Rounds of this run in order, including failed ones but not those before a checkpoint. */
  readonly ended: readonly RoundEnded[];
  /** Number of rounds that ended, including failed ones and those before a checkpoint. */
  readonly rounds: number;
  /** Round that reached the target of `stop`; null if none did. */
  readonly reachedAt: number | null;
}

/** Data, model and metrics of a scenario, for any type of example. */
interface Parts<Settings, Example> {
  /** `import.meta.url` of the file whose default export the scenario is; training threads import it too. */
  readonly module: string;
  readonly name: string;
  /** Subject of the scenario, in a sentence without a full stop. */
  readonly shows: string;
  /**
   * Number of seeds that it is run with by default.
   * @default 1
   */
  readonly seeds?: number;
  /** Loads the data and spreads them over clients; called once per run. */
  data(settings: Settings): FederatedData<Example> | Promise<FederatedData<Example>>;
  /** Makes the model before any round; initialisers without a seed get one from the run's seed. */
  model(settings: Settings, data: FederatedData<Example>): tf.LayersModel | Promise<tf.LayersModel>;
  /** Makes the training objective, in the training threads. */
  objective(settings: Settings, data: FederatedData<Example>): Objective<Example>;
  /** Descriptions of the metrics that `measure` returns. */
  readonly metrics: RunBegun['metrics'];
  /**
   * Measures a model on at least one example, in a training thread: on parts of the held-out examples, whose
   * results are averaged by weight, and at the end on the examples of single clients.
   */
  measure(
    model: tf.LayersModel,
    examples: readonly Example[],
    settings: Settings,
    data: FederatedData<Example>,
  ): MeasuredMetrics | Promise<MeasuredMetrics>;
  /** Functions for attacks on examples; without them only attacks on updates can be simulated. */
  readonly poisons?: Poisons<Example>;
  /**
   * Returns data of the same kind that belongs to no client, such as public text, on which settings are
   * chosen first. Settings are measured on its `heldOut`.
   */
  proxy?(settings: Settings): FederatedData<Example> | Promise<FederatedData<Example>>;
  /**
   * Training examples of a client that are set apart to choose settings on: random ones, or the last ones of
   * its order.
   * @default 'drawn'
   */
  readonly validation?: 'drawn' | 'last';
  /** Default search space of `tune`. */
  readonly space?: GivenSpace;
  /** Returns published results to show next to the run's own. */
  published?(settings: Settings): RunBegun['published'];
  /** Returns the scenario's own figures, which `--json` prints in addition to those of every run. */
  figures?(progress: RunProgress, settings: Settings): Readonly<Record<string, PlainData>>;
}

interface ScenarioDefinition<Own extends Sections, Example> extends Parts<SettingsOf<Own>, Example> {
  /** Schemas of the scenario's own settings, each an object with defaults for all of its fields. */
  readonly sections: Own;
  /** Defaults that differ from the common ones. */
  readonly settings?: Given<Own>;
  /**
   * Related runs, such as `iid` and `nonIid`, by their differences from the scenario's settings. By default
   * there is one unnamed variant.
   */
  readonly variants?: Readonly<Record<string, Given<Own>>>;
}

/** Scenario whose settings can be checked; only its own file knows its examples' type. */
export interface Scenario<Settings extends CommonSettings = CommonSettings, Example = unknown>
  extends Parts<Settings, Example> {
  /** Checks settings and fills in defaults. */
  readonly schema: z.ZodType<Settings>;
  /** Differences from the schema's defaults. */
  readonly defaults: GivenSettings;
  /** Differences of each variant; empty if the scenario has no variants. */
  readonly variants: Readonly<Record<string, GivenSettings>>;
}

/** Defines a scenario; the result is the default export of its file. */
export function defineScenario<Own extends Sections, Example>({
  sections,
  settings: defaults = {} as Given<Own>,
  variants = {},
  ...rest
}: ScenarioDefinition<Own, Example>): Scenario<SettingsOf<Own>, Example> {
  const own = Object.fromEntries(
    Object.entries(sections).map(([name, schema]) => [name, schema.prefault({})]),
  );
  const schema = z.strictObject({ ...commonSettings, ...own }) as unknown as z.ZodType<SettingsOf<Own>>;
  return { ...rest, schema, defaults, variants };
}
