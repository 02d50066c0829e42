import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { type GatePorts, Gates } from '@murmuration/lifecycle/gates/gates';
import { PromotionWatcher } from '@murmuration/lifecycle/gates/promotion-watcher';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Evaluation } from '@murmuration/rounds/evaluation/evaluation';
import type { Evaluator } from '@murmuration/rounds/evaluation/evaluator';
import { evaluationQueryOf } from '@murmuration/rounds/evaluation/on-devices';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { measuredTogether } from '@murmuration/rounds/queries/device-metrics';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { layout } from '../server/federation.ts';

const topology = { class_name: 'Sequential' };
export const name = 'line' as TaskName;

/** How good a version is: the share of its held-out examples that it gets right, and its loss; kept in its first weights. */
export interface Quality {
  readonly top1: number;
  readonly loss?: number;
  /** The share that it gets right of examples of the slice `short`, which are a fifth. */
  readonly short?: number;
}

const examples = 500;

/** Measures what a model's weights say, for each example; a model with a loss below 0 can't be measured. */
export const evaluator: Evaluator = {
  measures: { top1: { better: 'higher', byExample: true }, loss: { better: 'lower' } },
  slices: ['short', 'long'],
  async evaluate({ weights }: ModelFiles): Promise<Evaluation> {
    const [top1 = 0, loss = 0, short = 0] = weights;
    if (loss < 0) throw new Error('The held-out examples are away.');
    const right = Float64Array.from({ length: examples }, (_, at) =>
      ((at * 7_919) % examples) / examples < (at % 5 === 0 ? short : top1) ? 1 : 0,
    );
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      metrics: { top1: mean(right), loss },
      examples: { top1: right },
      slices: {
        short: { top1: mean(right.filter((_, at) => at % 5 === 0)) },
        long: { top1: mean(right.filter((_, at) => at % 5 !== 0)) },
      },
    };
  },
  async close() {},
};

/** A task with such a gate. */
export function gated(gate: TaskDefinition['gate'], rest: Partial<TaskDefinition> = {}) {
  return defineTask({
    name,
    model: () => {
      throw new Error('Not needed.');
    },
    plan: { learningRate: 1 },
    update: { clip: 1 },
    masking: 'off',
    cohort: { goal: 2, minimum: 2 },
    schedule: { every: '1 min' },
    evaluation: evaluator,
    gate,
    ...rest,
  } as TaskDefinition);
}

/** A coordinator's registry, aliases and gates of one task, on a storage that may be there from before. */
export async function openGated(
  gate: TaskDefinition['gate'] | undefined,
  {
    folder,
    first = { top1: 0.5 },
    latency = () => 1,
    watch = null,
    promote = null,
    experimentOf = () => undefined,
    beginCanary = async () => {},
    evaluator: measuring = evaluator,
    change = {},
    over = storage => storage,
  }: {
    readonly folder?: string;
    readonly first?: Quality;
    readonly latency?: (model: ModelFiles) => number;
    readonly watch?: TaskDefinition['watch'];
    readonly promote?: TaskDefinition['promote'];
    readonly experimentOf?: GatePorts['experimentOf'];
    readonly beginCanary?: GatePorts['beginCanary'];
    readonly evaluator?: TaskDefinition['evaluation'];
    readonly change?: Partial<TaskDefinition>;
    /** What takes the place of parts of the storage. */
    readonly over?: (storage: Stores) => Stores;
  } = {},
) {
  const clock = new VirtualClock();
  const storage = over(await openStorage(folder, clock));
  const task = gated(gate, { watch, promote, evaluation: measuring, ...change });
  const events = new CoordinatorEvents();
  const faults: unknown[] = [];
  const audited: AuditEntry[] = [];
  events.on('fault', (_, error) => faults.push(error));
  events.on('audited', entry => audited.push(entry));
  const registry = new Registry(storage.blobs, storage.history, storage.aliases);
  const moments = new MomentActions(events);
  const versionAliases = new VersionAliases({
    store: storage.aliases,
    history: storage.history,
    moments,
    events,
    clock,
    read: model => registry.files(model),
    isGated: () => task.gate !== null,
  });
  const commit = async ({ top1, loss = 1, short = top1 }: Quality) => {
    const { model } = (await storage.history.head(name))?.version ?? { model: null };
    const number = ((await storage.history.head(name))?.version.number ?? -1) + 1;
    const weights = new Float32Array(layout.count);
    // The last weight makes each version another content.
    weights.set([top1, loss, short, number]);
    const files = await registry.store(topology, layout, weights);
    const version = {
      model: files.hash,
      task: name,
      number,
      parent: model as ModelHash | null,
      round: null,
      strategy: task.strategy.name,
      planVersion: 1,
      contributors: 1,
      metrics: null,
      createdAt: clock.now(),
    };
    await storage.history.commit({ head: { version, state: task.strategy.init(layout.count) } });
    return version;
  };
  if (!(await storage.history.head(name))) await commit(first);
  await versionAliases.open(name);
  const watcher = new PromotionWatcher({
    taskOf: () => task,
    versionAliases,
    control: { rollBack: (_, change) => change() },
    decisions: storage.gateDecisions,
    watches: storage.promotionWatches,
    verdicts: storage.verdicts,
    moments,
    events,
    clock,
  });
  moments.join({ versionAliases, watcher });
  await watcher.open();
  const gates = new Gates({
    taskOf: () => task,
    experimentOf,
    beginCanary,
    registry,
    versionAliases,
    decisions: storage.gateDecisions,
    moments,
    events,
    clock,
    latencyP99: async (_, model) => latency(model),
    onDevices: (of, versions) => measuredTogether(of, versions, storage.queryResults),
    turn: async () => {},
  });
  moments.join({ gates });
  await gates.open(name);
  return {
    clock,
    storage,
    events,
    moments,
    faults,
    audited,
    versionAliases,
    gates,
    watcher,
    /** Stores a version, as a round does. */
    commit,
    /** Publishes a version, and gives what the gate decided about it. */
    async publish(quality: Quality) {
      const version = await commit(quality);
      moments.versionStored(version);
      await settled();
      await gates.settled();
      return (await storage.gateDecisions.of(name, [version.number])).get(version.number);
    },
    /** Devices have measured versions in one round, as good as they say. */
    async evaluatedByDevices(number: number, qualities: Readonly<Record<number, number>>) {
      const query = evaluationQueryOf(task)!;
      const found = await storage.history.versions(name, Number.POSITIVE_INFINITY, 99);
      const versions = found.flatMap(({ number, model }) => {
        const top1 = qualities[number];
        if (top1 === undefined) return [];
        const mean = { value: top1, low: top1 - 0.1, high: top1 + 0.1 };
        const metrics = [{ metric: 'top1', mean, deviation: 0.1 }];
        return [{ version: model, parts: [{ slice: null, devices: 12, examples: 99, metrics }] }];
      });
      const [startedAt, endedAt] = [clock.now(), clock.now()];
      const round = `round-${number}`.padEnd(22, '-') as RoundId;
      const figures = { kind: 'evaluation' as const, versions };
      const told = { task: name, round, number, startedAt, endedAt };
      const record: RoundRecord = {
        ...told,
        planVersion: 1,
        base: found[0]!.model,
        outcome: 'published',
        query: query.name,
        model: null,
        failure: null,
        tally: { cohort: 12, accepted: 12, rejected: 0, late: 0, lost: 0 },
        metrics: null,
        traffic: { up: 0, down: 0 },
        phases: [],
        errors: {},
      };
      await storage.history.commit({
        round: record,
        result: { ...told, query, devices: 12, figures, failure: null },
      });
      moments.roundEnded(record);
      await settled();
      await gates.settled();
    },
    decision: async (number: number) => (await storage.gateDecisions.of(name, [number])).get(number),
    champion: () => versionAliases.of(name).champion.number,
    aliases: () =>
      Object.fromEntries(versionAliases.of(name).aliases.map(({ alias, number }) => [alias, number])),
    async close() {
      await gates.close();
      await watcher.close();
      await storage.close();
    },
  };
}
