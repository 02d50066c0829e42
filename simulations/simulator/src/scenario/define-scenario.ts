import type { Objective } from '@murmuration/engine/objective/objective';
import type * as tf from '@murmuration/engine/tfjs/tf';
import * as z from 'zod';
import type { Poisons } from '../adversaries/poisons.ts';
import type { PlainData, RoundEnded, RunBegun } from '../run-events/run-event.ts';
import type { GivenSpace } from '../spaces/given-space.ts';
import type { FederatedData } from './federated-data.ts';
import { type CommonSettings, commonSettings } from './settings.ts';

/** The sections that a scenario adds to the common ones, by name. */
type Sections = Readonly<Record<string, z.ZodType>>;

/** All settings of a scenario, complete. */
export type SettingsOf<Own extends Sections> = CommonSettings & {
  readonly [Name in keyof Own]: z.output<Own[Name]>;
};

/** Settings as a person gives them: whatever is left out has its default. */
type Given<Own extends Sections> = {
  readonly [Name in keyof typeof commonSettings]?: z.input<(typeof commonSettings)[Name]>;
} & { readonly [Name in keyof Own]?: z.input<Own[Name]> };

/** Settings as nested plain objects, any of them left out. */
export type GivenSettings = Readonly<Record<string, unknown>>;

/** What a model came to on some examples. */
export interface Measured {
  /** What they count beside others, such as their number, or that of their words. */
  readonly weight: number;
  /** Means over them, by the names of the scenario's metrics. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** How a run went, for the scenario's own figures. */
export interface RunProgress {
  readonly clients: number;
  /** Held-out metrics of each version that was measured, with the round that led to it. */
  readonly measured: readonly {
    readonly round: number;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
  /** The rounds of this run in their order, failed ones included; without those before a checkpoint that it went on from. */
  readonly ended: readonly RoundEnded[];
  /** Rounds that ended, failed ones and those before a checkpoint included. */
  readonly rounds: number;
  /** The round with which the target of `stop` was reached; null where it was not. */
  readonly reachedAt: number | null;
}

/** What makes a scenario of data, a model and what is measured; any model and any examples. */
interface Parts<Settings, Example> {
  /** `import.meta.url` of the file whose default export the scenario is: threads that train import it as well. */
  readonly module: string;
  readonly name: string;
  /** What it shows, in a sentence without a full stop. */
  readonly shows: string;
  /** Seeds that it is run with where nobody says otherwise; 1 by default. */
  readonly seeds?: number;
  /** Loads the data and spreads them over clients; once a run. */
  data(settings: Settings): FederatedData<Example> | Promise<FederatedData<Example>>;
  /** The model before any round; initialisers without a seed of their own get one from the run's. */
  model(settings: Settings, data: FederatedData<Example>): tf.LayersModel | Promise<tf.LayersModel>;
  /** What is learned; in the threads that train. */
  objective(settings: Settings, data: FederatedData<Example>): Objective<Example>;
  /** How the metrics that `measure` gives are read. */
  readonly metrics: RunBegun['metrics'];
  /**
   * Measures a model in a thread that trains: on some of the held-out examples, whose parts are put together by their weights, and in the
   * end on those of single clients. Of at least one example.
   */
  measure(
    model: tf.LayersModel,
    examples: readonly Example[],
    settings: Settings,
    data: FederatedData<Example>,
  ): Measured | Promise<Measured>;
  /** What attacks on examples have to know of these; without it only attacks on updates can be simulated. */
  readonly poisons?: Poisons<Example>;
  /**
   * Data of the same kind that is nobody's, such as public text: settings are chosen on it first, without a device. Its `heldOut` is what
   * they are measured on.
   */
  proxy?(settings: Settings): FederatedData<Example> | Promise<FederatedData<Example>>;
  /** Which training examples of a client are set apart to choose settings on: `drawn`, the default, or the `last` ones of its order. */
  readonly validation?: 'drawn' | 'last';
  /** What `tune` searches where nobody says otherwise. */
  readonly space?: GivenSpace;
  /** What others published, to be shown beside the run's own. */
  published?(settings: Settings): RunBegun['published'];
  /** What `--json` prints of a run beside what it prints of every run. */
  figures?(progress: RunProgress, settings: Settings): Readonly<Record<string, PlainData>>;
}

interface ScenarioDefinition<Own extends Sections, Example> extends Parts<SettingsOf<Own>, Example> {
  /** Schemas of the scenario's own settings, each an object with defaults for all that it holds. */
  readonly sections: Own;
  /** Where its defaults differ from the common ones. */
  readonly settings?: Given<Own>;
  /** Runs that belong together, such as `iid` and `nonIid`, by what their settings are beside the scenario's; one without a name by default. */
  readonly variants?: Readonly<Record<string, Given<Own>>>;
}

/** A scenario whose settings can be checked; what it is about is known to its own file alone. */
export interface Scenario<Settings extends CommonSettings = CommonSettings, Example = unknown>
  extends Parts<Settings, Example> {
  /** Checks settings and fills in what is left out. */
  readonly schema: z.ZodType<Settings>;
  /** What differs from the schema's defaults. */
  readonly defaults: GivenSettings;
  /** What differs in each variant; none: the scenario has no variants. */
  readonly variants: Readonly<Record<string, GivenSettings>>;
}

/** Defines a scenario in a file of its own, as the file's default export. */
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
