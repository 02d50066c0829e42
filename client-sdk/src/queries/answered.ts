import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import type { AssignmentId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { BelowFloor } from '../floors/below-floor.ts';
import type { FloorName } from '../floors/floors.ts';
import type { Storage } from '../storage/storage.ts';

/** Returns the error `plan.below-floor`, with the name of the floor. */
export type FloorRefusal = (floor: FloorName, detail: string) => BelowFloor;

/** Part of a sum that reveals something about one source. */
interface Told {
  readonly source: string;
  /** Key of rounds that may follow one another: a task's query of a kind. */
  readonly chain: string;
  /** Round of the chain; each is answered once. */
  readonly round: string;
  /** Milliseconds for which it counts. */
  readonly period: number;
  /** Task whose examples the SDK reads; undefined: the app answers. */
  readonly reader: TaskName | undefined;
}
export type Sum = readonly [own: Told, ...others: Told[]];

/** Last chain of a source that the device has answered. */
interface Chain {
  readonly chain: string;
  readonly reader?: TaskName | undefined;
  /** Answered rounds of the chain, with their assignments. */
  readonly rounds: Readonly<Record<string, AssignmentId>>;
  /** Time of the last answer, ms since 1970. */
  readonly at: number;
  readonly period: number;
}

/** Chains by source. */
type Kept = Readonly<Record<string, Chain>>;

/** Name of the storage entry, for all tasks. */
const storedAs = 'sources';
/** Returns the name of the entry of older versions, one for each task. */
const beforeOf = (task: TaskName): string => `answers.${task}`;
/** Most sources that are remembered beyond their period, with their readers. */
const mostOver = 256;

/**
 * Device's record of the sums that it has been in (SPEC.md, QY17): each source answers one chain per period,
 * once in each of its rounds, whatever name, task or definition asks. An answer counts before its first byte
 * leaves, whatever becomes of it, and once even if it is sent again.
 */
export class AnsweredQueries {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #refusal: FloorRefusal;

  constructor({
    storage,
    clock,
    refusal,
  }: {
    readonly storage: Storage;
    readonly clock: Clock;
    readonly refusal: FloorRefusal;
  }) {
    this.#storage = storage;
    this.#clock = clock;
    this.#refusal = refusal;
  }

  /** Returns a function that checks if the device may be in a sum, for offers, by the record at this time. */
  async openings(): Promise<(told: Pick<Told, 'source' | 'chain' | 'round'>) => boolean> {
    const kept = await this.#read();
    return told => {
      const live = this.#liveIn(kept, told.source);
      return !live || (live.chain === told.chain && !Object.hasOwn(live.rounds, told.round));
    };
  }

  /**
   * Returns true if the answer is already that of this assignment. Throws `plan.below-floor` if another sum
   * of one of its sources, or this one, was answered in the period, or in the same experiment.
   */
  async requireOpen(sum: Sum, assignment: AssignmentId): Promise<boolean> {
    const kept = await this.#read();
    let isCounted = false;
    for (const told of sum) {
      const live = this.#liveIn(kept, told.source);
      if (!live) continue;
      const before = Object.hasOwn(live.rounds, told.round) ? live.rounds[told.round] : undefined;
      if (live.chain !== told.chain || (before !== undefined && before !== assignment))
        throw this.#refusal(
          'queryPeriod',
          `The device has answered about "${told.source}" in this period or experiment already; the query "${sum[0].round}" asks for another sum of it.`,
        );
      isCounted ||= before === assignment;
    }
    return isCounted;
  }

  /** Records an answer that is about to leave, durably. Throws as `requireOpen`. */
  async count(sum: Sum, assignment: AssignmentId): Promise<void> {
    if (await this.requireOpen(sum, assignment)) return;
    const kept = await this.#read();
    const at = this.#clock.now();
    const counted = sum.map(({ source, chain, round, reader, period }) => {
      const live = this.#liveIn(kept, source);
      const longest = Math.max(period, live ? live.at + live.period - at : 0);
      return [
        source,
        { chain, reader, rounds: { ...live?.rounds, [round]: assignment }, at, period: longest },
      ];
    });
    await this.#save({ ...kept, ...Object.fromEntries(counted) });
  }

  /**
   * Returns the standing of a chain: `goes on` if the device is in it; undefined if the source
   * was never read, or last by `reader`.
   */
  async standing({ source, chain, reader }: Told): Promise<'goes on' | 'read by others' | undefined> {
    const kept = await this.#read();
    if (this.#liveIn(kept, source)?.chain === chain) return 'goes on';
    return !Object.hasOwn(kept, source) || kept[source]!.reader === reader ? undefined : 'read by others';
  }

  /**
   * Takes over the record of an older version for a task, once. `sourceOfName` returns the source of a query;
   * `text` lists sources of text with the ms from now for which they count as answered. All count as read by
   * others, since the old record doesn't show what was revealed.
   */
  async takeOver(
    task: TaskName,
    sourceOfName: (name: string) => string,
    text: readonly (readonly [source: string, period: number])[],
  ): Promise<void> {
    const bytes = await this.#storage.get(beforeOf(task));
    if (!bytes) return;
    const kept: Record<string, Chain> = { ...(await this.#read()) };
    const at = this.#clock.now();
    const take = (source: string, period: number) => {
      const live = this.#liveIn(kept, source);
      const left = Math.max(period, live ? live.at + live.period - at : 0);
      kept[source] = { chain: '', rounds: {}, at, period: left };
    };
    for (const [source, period] of text) take(source, period);
    for (const [name, before] of Object.entries((parseJson(bytes) ?? {}) as Kept)) {
      const left = Math.min(before.at, at) + before.period - at;
      const isExperiment = name.includes(' ');
      if (left > 0) take(isExperiment ? name : sourceOfName(name.replace(/--[2-7]$/, '')), left);
    }
    await this.#save(kept);
    await this.#storage.delete(beforeOf(task));
  }

  #liveIn(kept: Kept, source: string): Chain | undefined {
    const chain = Object.hasOwn(kept, source) ? kept[source]! : undefined;
    return chain && this.#clock.now() < chain.at + chain.period ? chain : undefined;
  }

  /** Returns the record; empty if damaged, which only the device itself can cause. */
  async #read(): Promise<Kept> {
    const bytes = await this.#storage.get(storedAs);
    const now = this.#clock.now();
    const all = Object.entries(((bytes && parseJson(bytes)) ?? {}) as Kept);
    if (all.every(([, { at }]) => at <= now)) return Object.fromEntries(all);
    // The clock was set back in the meantime: entries in the future count for a period from now.
    const kept = Object.fromEntries(
      all.map(([source, each]) => [source, { ...each, at: Math.min(each.at, now) }]),
    );
    await this.#save(kept);
    return kept;
  }

  /**
   * Saves the record without expired versions and experiments, and without
   * the oldest of too many other sources.
   */
  async #save(all: Kept): Promise<void> {
    const sources = Object.keys(all);
    const over = sources.filter(source => !this.#liveIn(all, source));
    const named = over.filter(source => !source.includes(' ')).sort((a, b) => all[b]!.at - all[a]!.at);
    const gone = new Set([...over.filter(source => source.includes(' ')), ...named.slice(mostOver)]);
    const left = sources.filter(source => !gone.has(source)).map(source => [source, all[source]!] as const);
    await this.#storage.put(storedAs, utf8(JSON.stringify(Object.fromEntries(left))));
  }
}
