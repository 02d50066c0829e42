import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { GraphContext, RoundContext } from '@murmuration/protocol/secagg/context';
import type { RecoveredSecret } from '@murmuration/protocol/secagg/unmasking';
import { CohortKeys, type KeyOwner } from './cohort-keys.ts';
import { MaskingInputs } from './inputs.ts';
import { MaskedGroup } from './masked-round.ts';

export interface Grouped {
  readonly assignment: AssignmentId;
  readonly group: number;
}

/** Group with a secure aggregation of its own. */
interface Group {
  readonly round: MaskedGroup;
  readonly devices: number;
  statement: Uint8Array | undefined;
  /** Reason why its sum can't be opened. */
  failure: string | undefined;
}

/**
 * The coordinator's part of secure aggregation in one round: of the whole cohort, or of each of its groups. A
 * group that fails affects no other; a cohort that is one sum has one group.
 */
export class MaskedGroups {
  readonly #context: RoundContext;
  readonly #settings: MaskingSettings;
  readonly #smallest: number;
  readonly #keys: CohortKeys;
  readonly #groups = new Map<number, Group>();
  readonly #numbers = new Map<AssignmentId, number>();
  /** Group in which each error occurred. */
  readonly #failedIn = new WeakMap<object, MaskedGroup>();

  /** Needs `smallest` updates for the sum of a group to be opened. */
  constructor(context: RoundContext, settings: MaskingSettings, smallest = 1) {
    this.#context = context;
    this.#settings = settings;
    this.#smallest = smallest;
    this.#keys = new CohortKeys(context);
  }

  /** True if a device reveals only once its neighbours have agreed to one statement. */
  get hasAgreement(): boolean {
    return this.#settings.threat !== 'honest-but-curious';
  }

  /** Throws `secagg.keys` or `crypto.low-order`. */
  takeKeys(assignment: AssignmentId, owner: KeyOwner, message: Uint8Array): void {
    this.#keys.take(assignment, owner, message);
  }

  /**
   * Draws a graph over each group, for the roster of each member. Throws `secagg.parameters` if none exists.
   */
  drawGraphs(members: readonly Grouped[]): MaskingInputs {
    for (const { assignment, group } of members) this.#numbers.set(assignment, group);
    const rosters = new Map<MaskedGroup, MaskingInputs>();
    for (const [number, devices] of [...groupsOf(members)].sort(([a], [b]) => a - b)) {
      const round = new MaskedGroup(this.#context, this.#settings, this.#keys);
      rosters.set(round, round.drawGraph(devices));
      this.#groups.set(number, { round, devices: devices.length, statement: undefined, failure: undefined });
    }
    return this.#inputs(members, (round, member) => rosters.get(round)!.get(member)!);
  }

  /** Returns the secure aggregation of a device. Throws `assignment.unknown`. */
  of(assignment: AssignmentId): MaskedGroup {
    return this.#groups.get(this.groupOf(assignment))!.round;
  }

  /** Returns the group that a device was dealt to. Throws `assignment.unknown`. */
  groupOf(assignment: AssignmentId): number {
    const group = this.#numbers.get(assignment);
    if (group === undefined)
      throw new MurmurationError('assignment.unknown', 'This device is not in the graph of the round.');
    return group;
  }

  /** Passes the round of a device's group to `take`, and returns its result. Throws as `take`. */
  take<Result>(assignment: AssignmentId, take: (round: MaskedGroup) => Result): Result {
    return this.#within(this.of(assignment), take);
  }

  /**
   * Settles on the dealings of each group, for the bundle of each member; a member that gets none is out of
   * the sum.
   */
  settle(members: readonly Grouped[]): MaskingInputs {
    const bundles = new Map<MaskedGroup, MaskingInputs>();
    return this.#each(
      members,
      (round, devices) => {
        const inputs = round.settle(devices);
        bundles.set(round, inputs);
        return devices.filter(device => inputs.has(device));
      },
      (round, member) => bundles.get(round)!.get(member)!,
    );
  }

  /**
   * Writes the statement of the contributors of each group, for its members. Throws `secagg.too-few` if the
   * masks of no group could be removed. Members of a group whose masks could not, or with too few updates,
   * get nothing.
   */
  state(members: readonly Grouped[]): MaskingInputs {
    return this.#each(
      members,
      (round, devices, group) => {
        if (devices.length < this.#smallest)
          throw new MurmurationError(
            'secagg.too-few',
            `Updates of ${devices.length} devices came; a group takes ${this.#smallest}.`,
          );
        group.statement = round.state(devices);
        return devices;
      },
      (_, member) => this.statementFor(member),
    );
  }

  /** Returns how many of these members would be in sums that can be opened if the phase ended now. */
  openable(phase: 'shares' | 'updates', members: readonly AssignmentId[]): number {
    const grouped = members.map(assignment => ({ assignment, group: this.groupOf(assignment) }));
    let sum = 0;
    for (const [number, devices] of groupsOf(grouped)) {
      const { length } = this.#groups.get(number)!.round.openable(phase, devices);
      if (length >= this.#smallest) sum += length;
    }
    return sum;
  }

  /** Returns the statement that a device was given, of its group. */
  statementFor(assignment: AssignmentId): Uint8Array {
    return this.#groups.get(this.groupOf(assignment))!.statement!;
  }

  /** Statements in the order of the groups: written down before the first device gets one. */
  get statements(): Uint8Array | undefined {
    const stated = [...this.#groups.values()].flatMap(({ statement }) => statement ?? []);
    return stated.length > 0 ? concatBytes(...stated) : undefined;
  }

  /**
   * Returns the secrets whose masks are in the sum of a group. Throws `secagg.dealer` if a device dealt
   * something else than it signed.
   */
  recover(group: number): { readonly context: GraphContext; readonly secrets: readonly RecoveredSecret[] } {
    const { round } = this.#groups.get(group)!;
    return { context: round.context, secrets: this.#within(round, () => round.recover()) };
  }

  /** Number of devices in each group of the round. */
  get sizes(): ReadonlyMap<number, number> {
    return new Map(Array.from(this.#groups, ([number, { devices }]) => [number, devices]));
  }

  /** Returns the reason why the sum of a group can't be opened; its members then get nothing more. */
  failureOf(group: number): string | undefined {
    return this.#groups.get(group)?.failure;
  }

  /** Union of `MaskedGroup.suspects` over all groups. */
  get suspects(): readonly AssignmentId[] {
    return [...this.#groups.values()].flatMap(({ round }) => round.suspects);
  }

  /** Returns the devices whose misdeed an error of this round proves. */
  culprits(error: unknown): readonly AssignmentId[] {
    const round = typeof error === 'object' && error !== null ? this.#failedIn.get(error) : undefined;
    return round?.culprits(error) ?? [];
  }

  /** Runs an action in each group; a group in which it throws is out, unless it throws in all. */
  #each(
    members: readonly Grouped[],
    work: (round: MaskedGroup, devices: readonly AssignmentId[], group: Group) => readonly AssignmentId[],
    inputFor: (round: MaskedGroup, member: AssignmentId) => Uint8Array,
  ): MaskingInputs {
    const served: Grouped[] = [];
    let lastFailure: unknown;
    for (const [number, devices] of groupsOf(members)) {
      const group = this.#groups.get(number)!;
      try {
        const within = this.#within(group.round, round => work(round, devices, group));
        served.push(...within.map(assignment => ({ assignment, group: number })));
      } catch (error) {
        if (!(error instanceof MurmurationError)) throw error;
        group.failure = error.detail;
        lastFailure = error;
      }
    }
    if (served.length === 0 && lastFailure !== undefined) throw lastFailure;
    return this.#inputs(served, inputFor);
  }

  #inputs(
    members: readonly Grouped[],
    inputFor: (round: MaskedGroup, member: AssignmentId) => Uint8Array,
  ): MaskingInputs {
    return new MaskingInputs(
      members.map(({ assignment }) => assignment),
      member => inputFor(this.of(member), member),
    );
  }

  #within<Result>(round: MaskedGroup, work: (round: MaskedGroup) => Result): Result {
    try {
      return work(round);
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#failedIn.set(error, round);
      throw error;
    }
  }
}

function groupsOf(members: readonly Grouped[]): ReadonlyMap<number, readonly AssignmentId[]> {
  const groups = new Map<number, AssignmentId[]>();
  for (const { assignment, group } of members) {
    const known = groups.get(group);
    if (known) known.push(assignment);
    else groups.set(group, [assignment]);
  }
  return groups;
}
