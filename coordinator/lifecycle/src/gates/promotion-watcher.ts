import type { Judged } from '@murmuration/monitoring/accuracy/judged';
import { type Fall, fallSince } from '@murmuration/monitoring/experiments/fall';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Moments } from '@murmuration/rounds/events/moments';
import type { OwnAct } from '@murmuration/rounds/events/own-acts';
import type { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import type { GateDecision, GateDecisionStore } from '@murmuration/rounds/registry/gate-decisions';
import type {
  BadSums,
  PromotionWatch,
  PromotionWatchStore,
} from '@murmuration/rounds/registry/promotion-watches';
import type { VerdictStore } from '@murmuration/rounds/registry/verdicts';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { Task } from '@murmuration/rounds/task/task';
import type { WatchRule } from '@murmuration/rounds/task/task-watch';
import type { Exchange } from '@murmuration/serving/server/events';
import { addValue, LiveSums, noSums } from './live-sums.ts';

/** Ports of `PromotionWatcher`. */
export interface WatcherPorts {
  /** Returns a task with its current settings. */
  readonly taskOf: (task: TaskName) => Task | undefined;
  readonly versionAliases: Pick<VersionAliases, 'of' | 'takeBack'>;
  readonly control: Pick<RoundControl, 'rollBack'>;
  readonly decisions: GateDecisionStore;
  readonly watches: PromotionWatchStore;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly moments: Pick<Moments, 'gateDecided'>;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
}

/** ms between two looks at new figures. */
const lookMs = 2_000;

/** Fewest units of the new version for a decision: fewer show no difference that counts. */
const minUnits = 200;
/** Probability of a rollback without a reason, over the whole window of a version. */
const gateAlpha = 0.01;

const actor: OwnAct['actor'] = { id: 'watch', name: 'the watch' };

/**
 * Watches each version that a gate promoted for a while, and takes it back if a live figure is worse than
 * that of the version before. The frequency of its looks doesn't matter: see `fallSince`. A version that an
 * operator pinned is left alone.
 */
export class PromotionWatcher {
  readonly #ports: WatcherPorts;
  readonly #live = new LiveSums();
  readonly #watches = new Map<TaskName, PromotionWatch>();
  readonly #changed = new Set<TaskName>();
  readonly #turns = new PromiseQueue();
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(ports: WatcherPorts) {
    this.#ports = ports;
  }

  /** Begins to watch a version that was promoted. Throws `storage.*`. */
  gateDecided(decision: GateDecision): Promise<void> {
    return this.#turns.run(() => this.#begin(decision));
  }

  /** Reads new verdicts of devices on a watched version. Throws `storage.*`. */
  async roundEnded({ task }: RoundRecord): Promise<void> {
    if (this.#watches.has(task)) await this.#turns.run(() => this.#readVerdicts(task));
  }

  /** Stops watching versions that are no longer served. Throws `storage.*`. */
  async aliasesChanged(task: TaskName): Promise<void> {
    const watch = this.#watches.get(task);
    if (watch && !this.#isServed(watch)) await this.#turns.run(() => this.#end(task));
  }

  /**
   * Continues watches from before a restart; call it once, before any other method, or for each task taken
   * over from another process.
   */
  async open(only?: TaskName): Promise<void> {
    for (const watch of await this.#ports.watches.all()) {
      const { task } = watch;
      if (only && task !== only) continue;
      if (this.#rulesOf(task).length > 0 && this.#isServed(watch)) this.#watches.set(task, watch);
      else await this.#ports.watches.remove(task);
    }
    if (this.#watches.size > 0) this.#wait();
  }

  /** Returns the current watch of a task. */
  of(task: TaskName): PromotionWatch | undefined {
    return this.#watches.get(task);
  }

  /** Counts a request to any model; ignores models other than watched tasks. */
  answered({ model, version, ms, end }: Pick<Exchange, 'model' | 'version' | 'ms' | 'end'>): void {
    const task = model as TaskName;
    const rules = this.#rulesOf(task);
    if (rules.length === 0) return;
    // Failed loads have no version, and requests without a version mean the champion.
    const of = version === '' ? String(this.#ports.versionAliases.of(task).champion.number) : version;
    const slow = this.#ports.taskOf(task)?.gate?.latencyP99 ?? Infinity;
    for (const { metric } of rules) {
      if (metric === 'failures') this.#add(task, of, metric, end === 'failed' ? 1 : 0);
      if (metric === 'latency' && end !== 'failed') this.#add(task, of, metric, ms > slow ? 1 : 0);
    }
  }

  /** Counts a prediction with its outcome. */
  judged(model: string, version: string, judged: Judged): void {
    const task = model as TaskName;
    for (const { metric } of this.#rulesOf(task)) {
      if (metric === 'accuracy' && judged.kind === 'class')
        this.#add(task, version, metric, judged.guesses[0] === judged.outcome ? 0 : 1);
      if (metric === 'error' && judged.kind === 'number')
        this.#add(task, version, metric, Math.abs(judged.predicted - judged.outcome));
    }
  }

  /** Decides by the figures so far. */
  async look(): Promise<void> {
    await this.#turns.run(async () => {
      for (const [task, watch] of [...this.#watches]) await this.#decide(task, watch);
    });
  }

  /** Stores the figures so far; watches continue after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.look();
  }

  #rulesOf(task: TaskName): readonly WatchRule[] {
    return this.#ports.taskOf(task)?.watch ?? [];
  }

  #isServed({ task, to }: PromotionWatch): boolean {
    const { champion } = this.#ports.versionAliases.of(task);
    return champion.number === to.number && champion.heldBy === null;
  }

  #add(task: TaskName, version: string, metric: WatchRule['metric'], value: number): void {
    const watch = this.#watches.get(task);
    this.#live.add(keyOf(task, version, metric), value, this.#ports.clock.now());
    if (version !== String(watch?.to.number)) return;
    const known = watch?.figures[metric];
    if (watch && known) this.#set(watch, metric, { ...known, since: addValue(known.since, value) });
  }

  #set(watch: PromotionWatch, metric: string, figures: PromotionWatch['figures'][string]): void {
    this.#watches.set(watch.task, { ...watch, figures: { ...watch.figures, [metric]: figures } });
    this.#changed.add(watch.task);
    this.#wait();
  }

  async #begin({ task, number, model, against, promotedAt, rolledBack }: GateDecision): Promise<void> {
    const rules = this.#rulesOf(task);
    if (promotedAt === null || rolledBack !== null || rules.length === 0 || this.#isClosed) return;
    const { clock, watches, verdicts } = this.#ports;
    const now = clock.now();
    const judgements = sumsOfVerdicts((await verdicts.of([against.model])).get(against.model));
    const watch: PromotionWatch = {
      task,
      from: against,
      to: { number, model },
      startedAt: now,
      figures: Object.fromEntries(
        rules.map(({ metric, window }) => {
          const key = keyOf(task, String(against.number), metric);
          const before = metric === 'verdicts' ? judgements : this.#live.of(key, window, now);
          return [metric, { before, since: noSums }];
        }),
      ),
    };
    this.#watches.set(task, watch);
    await watches.put(watch);
    this.#wait();
  }

  async #readVerdicts(task: TaskName): Promise<void> {
    const watch = this.#watches.get(task);
    const known = watch?.figures.verdicts;
    if (!watch || !known) return;
    const found = await this.#ports.verdicts.of([watch.to.model]);
    this.#set(watch, 'verdicts', { ...known, since: sumsOfVerdicts(found.get(watch.to.model)) });
  }

  async #decide(task: TaskName, watch: PromotionWatch): Promise<void> {
    if (!this.#isServed(watch)) return this.#end(task);
    const now = this.#ports.clock.now();
    const rules = this.#rulesOf(task);
    for (const rule of rules) {
      const figures = watch.figures[rule.metric];
      if (!figures || now > watch.startedAt + rule.window) continue;
      const fall = fallOf(rule, figures, rules.length);
      if (fall?.isDecided) return this.#takeBack(watch, rule, figures, fall);
    }
    if (rules.every(({ window }) => now > watch.startedAt + window)) return this.#end(task);
    if (this.#changed.delete(task)) await this.#ports.watches.put(watch);
    this.#wait();
  }

  async #takeBack(
    { task, from, to }: PromotionWatch,
    { metric }: WatchRule,
    { before, since }: { readonly before: BadSums; readonly since: BadSums },
    { least }: Fall,
  ): Promise<void> {
    const { versionAliases, control, decisions, moments, clock } = this.#ports;
    const was = before.sum / before.n;
    const is = since.sum / since.n;
    const reason = `${names[metric]} went from ${figure(was)} of ${before.n} to ${figure(is)} of ${since.n}, worse by at least ${figure(least)}.`;
    const time = clock.now();
    // Emptied after the first try, since a repetition because of a version stored meanwhile is the same act.
    let acts: readonly OwnAct[] = [
      {
        actor,
        action: 'version.rollback',
        subject: `${task}@${from.number}`,
        changes: [
          { field: 'champion', from: to.number, to: from.number },
          { field: metric, from: was, to: is },
        ],
      },
    ];
    try {
      await control.rollBack(
        task,
        async () => {
          await versionAliases.takeBack(task, to.number, from.number, acts);
          acts = [];
          return from;
        },
        { by: 'watch', reason: `The watch took version ${to.number} back.` },
      );
    } catch (error) {
      // An operator has decided in the meantime.
      if (error instanceof MurmurationError && error.code === 'round.closed' && acts.length > 0)
        return this.#end(task);
      throw error;
    }
    const decision = (await decisions.of(task, [to.number])).get(to.number);
    if (decision) {
      const taken: GateDecision = { ...decision, rolledBack: { at: time, reason } };
      await decisions.put(taken);
      moments.gateDecided(taken);
    }
    await this.#end(task);
  }

  async #end(task: TaskName): Promise<void> {
    this.#changed.delete(task);
    if (this.#watches.delete(task)) await this.#ports.watches.remove(task);
  }

  #wait(): void {
    if (this.#isClosed || this.#watches.size === 0) return;
    const { clock, events } = this.#ports;
    this.#cancel ??= clock.at(clock.now() + lookMs, () => {
      this.#cancel = undefined;
      this.look().catch(error => {
        events.emit('fault', 'watching a promoted version', error);
        this.#wait();
      });
    });
  }
}

/**
 * Tests if a figure fell since the promotion; undefined if too little is known. `rules`: number of rules
 * that share alpha.
 */
function fallOf(
  { metric, worseBy }: WatchRule,
  { before, since }: { readonly before: BadSums; readonly since: BadSums },
  rules: number,
): Fall | undefined {
  if (since.n < minUnits || before.n < 2) return undefined;
  const areShares = metric !== 'error';
  return fallSince(before, since, { alpha: gateAlpha / rules, by: worseBy, tuning: 2 * minUnits, areShares });
}

function sumsOfVerdicts(counts: VerdictCounts | undefined): BadSums {
  const { kept, refused } = counts ?? { kept: 0, refused: 0 };
  return { n: kept + refused, sum: refused, squares: refused };
}

const names: Readonly<Record<WatchRule['metric'], string>> = {
  accuracy: 'The share of wrong predictions',
  error: 'The mean error',
  failures: 'The share of failed requests',
  latency: 'The share of slow requests',
  verdicts: 'The share of devices that rejected it',
};

const keyOf = (task: string, version: string, metric: string): string => `${task}\n${version}\n${metric}`;
const figure = (value: number): string => String(Number(value.toPrecision(4)));
