import { isDeepStrictEqual } from 'node:util';
import type { AssignmentId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { type Mean, meanOfSum, quantizationFor } from '@murmuration/protocol/weights/quantize';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { cohortSizeOf, largestSumOf, type Task } from '@murmuration/rounds/task/task';
import type { Kept } from './kept.ts';
import type { Closed, Ledger, SentUpdate } from './ledger.ts';

/** Sums that are tried, where it is not known which of several updates of a device was taken. */
const mostChoices = 256;

/** Follows the versions, each of which must be what the strategy makes of its parent and the updates of its contributors. */
export class Lineage {
  /** Rounds that are over, by outcome. */
  readonly outcomes: string[] = [];
  readonly #task: Task;
  readonly #layout: Layout;
  readonly #kept: Kept;
  readonly #ledger: Ledger;
  readonly #published = new Map<RoundId, readonly AssignmentId[]>();
  readonly #counted = new Set<AssignmentId>();
  #rounds = 0;
  #versions = 0;
  #model: ModelHash;
  #state: StrategyState;
  #weights: Float32Array;

  constructor(task: Task, layout: Layout, kept: Kept, ledger: Ledger, first: ModelHash) {
    this.#task = task;
    this.#layout = layout;
    this.#kept = kept;
    this.#ledger = ledger;
    this.#model = first;
    this.#state = task.strategy.init(layout.count);
    this.#weights = new Float32Array(layout.count);
  }

  /** Rounds that are published. */
  get published(): number {
    return this.#published.size;
  }

  /** Looks into what was committed since the last call. */
  async follow(): Promise<void> {
    for (const closed of this.#ledger.closed.splice(0)) await this.#follow(closed);
  }

  /** At the end: whatever was acknowledged in the meantime is in its version as well. */
  requireAllAcknowledged(): void {
    if (this.#task.buffer) this.#requireAllCounted();
    else for (const [round, contributors] of this.#published) this.#requireAcknowledged(round, contributors);
  }

  async #follow({ entry: { head, round: record }, contributors }: Closed): Promise<void> {
    const violate = (what: string) => this.#ledger.violate(what);
    if (!record) return violate('a version is committed without its round');
    const { number, round, outcome, tally, failure, model, base } = record;
    this.outcomes.push(failure ? `failed during ${failure.during}` : outcome);
    this.#rounds += 1;
    const isBuffer = this.#task.buffer !== null;
    if (!isBuffer && number !== this.#rounds) violate(`round ${number} follows round ${this.#rounds - 1}`);
    if (tally.accepted + tally.late + tally.lost !== tally.cohort)
      violate(`the tally of a round does not add up: ${JSON.stringify(tally)}`);
    const most = cohortSizeOf(this.#task) + (isBuffer ? this.#task.cohort.goal : 0);
    if (tally.accepted > most) violate('a round has more contributors than its cohort');
    if ((outcome === 'published') !== (head !== undefined))
      violate(`a round is recorded as ${outcome} ${head ? 'with' : 'without'} a version`);
    if (!head) return;
    const { version, state } = head;
    if (this.#published.has(round)) violate('a round is published twice');
    this.#published.set(round, contributors);
    this.#versions += 1;
    const names = new Set(contributors);
    if (names.size !== contributors.length) violate('a version names a contributor twice');
    const isRight =
      version.number === this.#versions &&
      version.parent === this.#model &&
      (isBuffer || base === this.#model) &&
      version.round === round &&
      version.model === model &&
      version.contributors === names.size &&
      tally.accepted === names.size;
    if (!isRight) violate(`a version does not fit its round: ${JSON.stringify({ version, record })}`);
    // One whose update was not acknowledged may be missing after a crash.
    if (names.size < this.#task.cohort.minimum - (isBuffer ? 1 : 0))
      violate('a version has fewer contributors than the minimum');
    for (const name of names) {
      const part = this.#ledger.parts.get(name);
      if (!isBuffer && part?.assignment.round !== round)
        violate('a version names a contributor of another round');
      if (this.#counted.has(name)) violate('an assignment counts in two versions');
      this.#counted.add(name);
      if (part?.isBarred)
        violate('a version counts a device that was out of the round before it sent an update');
    }
    if (!isBuffer) this.#requireAcknowledged(round, contributors);
    const { weights } = await new Registry(this.#kept.blobs, this.#kept.history).files(version.model);
    const isExplained = this.#choices(contributors).some(updates => {
      const next = isBuffer ? this.#stepOfBuffer(updates, contributors, number) : this.#step(updates, round);
      if (isBuffer) return next && isNear(next.model, weights);
      return next && isDeepStrictEqual(next.model, weights) && isDeepStrictEqual(next.state, state);
    });
    if (!isExplained) violate('a version is not what the strategy makes of the updates of its contributors');
    this.#model = version.model;
    this.#state = state;
    this.#weights = weights;
  }

  /** An update that was acknowledged is in a version, or in a buffer that failed with it. */
  #requireAllCounted(): void {
    for (const [name, { acknowledged }] of this.#ledger.parts)
      if (acknowledged !== undefined && !this.#counted.has(name) && !this.#ledger.hasFailedWith(name))
        this.#ledger.violate('an acknowledged update is in no version');
  }

  #requireAcknowledged(round: RoundId, contributors: readonly AssignmentId[]): void {
    for (const [name, part] of this.#ledger.parts)
      if (part.assignment.round === round && part.acknowledged !== undefined && !contributors.includes(name))
        this.#ledger.violate('an acknowledged update is not in the version of its round');
  }

  /** The updates that may be in the sum: of each contributor the one that was acknowledged, else any that it has sent. */
  #choices(contributors: readonly AssignmentId[]): SentUpdate[][] {
    let choices: SentUpdate[][] = [[]];
    for (const name of contributors) {
      const part = this.#ledger.parts.get(name);
      if (!part) return [];
      const { updates, acknowledged } = part;
      const possible = acknowledged === undefined ? [...updates.values()] : [updates.get(acknowledged)!];
      choices = choices.flatMap(before => possible.map(one => [...before, one])).slice(0, mostChoices);
    }
    return choices;
  }

  /** What discounted updates lead to, each read by the round that its device knows. */
  #stepOfBuffer(updates: readonly SentUpdate[], contributors: readonly AssignmentId[], number: number) {
    const { strategy } = this.#task;
    if (strategy.consumes !== 'sum') return undefined;
    const sum = new Float64Array(this.#layout.count);
    let total = 0;
    try {
      for (const [i, update] of updates.entries()) {
        const base = this.#ledger.bases.get(contributors[i]!)!;
        const { delta, weight } = this.#mean([update], base.round);
        const factor = weight / Math.sqrt(1 + Math.max(0, number - base.due));
        for (const [k, value] of delta.entries()) sum[k]! += factor * value;
        total += weight;
      }
    } catch {
      return undefined;
    }
    const delta = Float32Array.from(sum, value => value / total);
    return strategy.apply(this.#state, this.#weights, { delta, weight: total });
  }

  #step(updates: readonly SentUpdate[], round: RoundId) {
    const { strategy } = this.#task;
    try {
      if (strategy.consumes === 'each') {
        const each = updates.map(update => this.#mean([update], round));
        return strategy.apply(this.#state, this.#weights, each);
      }
      if (strategy.consumes === 'groups') return undefined;
      return strategy.apply(this.#state, this.#weights, this.#mean(updates, round));
    } catch {
      // Such a sum can't have led to a version.
      return undefined;
    }
  }

  #mean(updates: readonly SentUpdate[], round: RoundId): Mean {
    const count = this.#layout.count;
    const sum = new Float64Array(count + 1);
    for (const { values } of updates) for (const [i, value] of values.entries()) sum[i]! += value;
    if (this.#task.update.kind === 'float32') {
      const weight = sum[count]!;
      return { delta: Float32Array.from(sum.subarray(0, count), value => value / weight), weight };
    }
    const settings = { ...this.#task.update, largestCohort: largestSumOf(this.#task) };
    const quantization = quantizationFor(count, settings);
    return meanOfSum(Int32Array.from(sum), updates.length, settings, quantization, round);
  }
}

/** Sums of fractions depend on the order of their parts. */
function isNear(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((value, i) => Math.abs(value - other[i]!) < 1e-4);
}
