import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Mean } from '@murmuration/protocol/weights/quantize';
import { type RunningSum, requireLength, type UpdateOrigin } from './running-sum.ts';

/** One sum for each group of a masked round: memory O(groups × model), whatever the number of updates. */
export class GroupSums {
  readonly consumes = 'groups';
  readonly #sums: readonly RunningSum[];
  /** Means of the groups whose sum was opened, and is possible. */
  readonly #means = new Map<number, Mean>();
  #isConcluded = false;

  /** Starts empty; `sumOfGroup` makes the empty sum of a group. */
  constructor(groups: number, sumOfGroup: () => RunningSum) {
    this.#sums = Array.from({ length: groups }, sumOfGroup);
  }

  get form(): UpdateForm {
    return this.#sums[0]!.form;
  }

  /** Number of updates added; once the groups are concluded, only those of groups that count. */
  get contributors(): number {
    return this.#sums
      .filter((_, group) => !this.#isConcluded || this.#means.has(group))
      .reduce((sum, { contributors }) => sum + contributors, 0);
  }

  get inRing(): RunningSum['inRing'] {
    return this.#sums.flatMap(({ inRing }) => inRing);
  }

  contributorsOf(group: number): number {
    return this.#sums[group]!.contributors;
  }

  /** Adds an update to the sum of its group; throws as `RunningSum.add`. */
  add(bytes: Uint8Array, group: number, _origin?: UpdateOrigin): void {
    this.#sums[group]!.add(bytes);
  }

  /**
   * Takes the mean of a group without masks; from the first one on, groups without a mean do not count.
   * Throws as `RunningSum.mean`.
   */
  conclude(group: number): void {
    this.#isConcluded = true;
    this.#means.set(group, this.#sums[group]!.mean());
  }

  /** Means that were taken, by group. */
  get means(): ReadonlyMap<number, Mean> {
    return this.#means;
  }

  /** Returns the snapshots of all sums, one after the other. */
  snapshot(): Uint8Array {
    const snapshots = this.#sums.map(sum => sum.snapshot());
    const each = snapshots[0]!.length;
    const all = new Uint8Array(each * snapshots.length);
    for (const [group, snapshot] of snapshots.entries()) all.set(snapshot, group * each);
    return all;
  }

  /** Restores a snapshot; throws `storage.corrupt` for bytes that are not a snapshot of such sums. */
  restore(snapshot: Uint8Array): void {
    const each = this.#sums[0]!.snapshot().length;
    requireLength(snapshot, each * this.#sums.length);
    for (const [group, sum] of this.#sums.entries())
      sum.restore(snapshot.subarray(group * each, (group + 1) * each));
  }
}

/** Throws `secagg.too-few` if the groups that count have fewer updates than a round needs. */
export function requireContributors({ contributors, means }: GroupSums, minimum: number): void {
  if (means.size > 0 && contributors >= minimum) return;
  throw new MurmurationError(
    'secagg.too-few',
    `Only ${means.size} groups with ${contributors} updates led to a mean, and at least ${minimum} updates are needed.`,
  );
}
