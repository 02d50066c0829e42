import { equalBytes, hex } from '@murmuration/protocol/encoding/bytes';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { centre } from '@murmuration/protocol/secagg/ring';
import { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import type { UpdateOrigin } from '@murmuration/rounds/aggregation/running-sum';
import { type Base, stalenessIn } from '@murmuration/rounds/round/base';
import { maySend, membersAt, standingOf } from '@murmuration/rounds/round/cohort';
import type { SeenState } from '@murmuration/rounds/round/round';
import type { Checkpoint } from '@murmuration/rounds/round/store';
import type { Commit, Durable, Kept, Witness, Writer } from './kept.ts';
import type { Life } from './life.ts';
import type { Kind } from './operations.ts';
import type { Replicas } from './replica.ts';

/** An update that a device has sent. */
export interface SentUpdate {
  readonly bytes: Uint8Array;
  /** What it stands for without its mask: its values, then its weight, where it is one of float32, or its ring elements. */
  readonly values: Float64Array;
}

/** What is known of an assignment, beside what the coordinator knows. */
export interface Part {
  readonly device: DeviceId;
  readonly assignment: Assignment;
  /** By SHA-256, hexadecimal. */
  readonly updates: Map<string, SentUpdate>;
  /** The one that was acknowledged. */
  acknowledged: string | undefined;
  /** It was given up, or taken, before it had sent an update: none of it may count, and it hears nothing more. */
  isBarred: boolean;
}

/** A commit that closed a round, with those whom its coordinator named as contributors. */
export interface Closed {
  readonly entry: Commit;
  readonly contributors: readonly AssignmentId[];
}

/** In which order a round goes through its phases, to either end. */
const order: readonly SeenState['phase'][] = [
  'gathering',
  'keys',
  'shares',
  'updates',
  'agreement',
  'unmasking',
  'closing',
  'published',
  'failed',
];

export const digestOf = (bytes: Uint8Array): string => hex(native.sha256(bytes));

/** Writes down what was sent and acknowledged, and holds what a coordinator writes, sends and says against it. */
export class Ledger implements Witness {
  readonly violations = new Set<string>();
  readonly parts = new Map<AssignmentId, Part>();
  /** What assignments of an asynchronous task start from. */
  readonly bases = new Map<AssignmentId, Base>();
  /** Commits that were not looked into yet. */
  readonly closed: Closed[] = [];
  kept!: Kept;
  replicas!: Replicas;
  readonly #durable: boolean;
  /** What was durable of a round when its end was. */
  readonly #over = new Map<RoundId, Durable>();
  readonly #named = new Map<RoundId, readonly AssignmentId[]>();
  /** The same, as each coordinator has it. */
  readonly #namedBy = new WeakMap<Writer, Map<RoundId, readonly AssignmentId[]>>();
  /** Whose updates were in a buffer, when it was last seen. */
  readonly #inBuffer = new Map<RoundId, ReadonlySet<AssignmentId>>();
  /** How far each round had come at any coordinator, and which rounds each coordinator has had. */
  readonly #furthest = new Map<RoundId, number>();
  readonly #hadBy = new WeakMap<Writer, Set<RoundId>>();
  /** What was fed first, by what there may only be one of. */
  readonly #fed = new Map<string, Uint8Array>();

  /** `durable`: whether what is sent and acknowledged must be there after a crash. */
  constructor(durable: boolean) {
    this.#durable = durable;
  }

  violate(what: string): void {
    this.violations.add(what);
  }

  /** A round of a coordinator changed. */
  changed(state: SeenState, writer: Writer): void {
    this.#follow(state, writer);
    if ('cohort' in state && state.terms.kind === 'buffer') {
      for (const { assignment, base } of state.cohort.members) this.bases.set(assignment, base!);
      const counted = membersAt(state.cohort, 'counted').map(({ assignment }) => assignment);
      this.#inBuffer.set(state.terms.id, new Set(counted));
    }
    if ('contributors' in state) {
      const names = state.contributors.map(({ assignment }) => assignment);
      this.#named.set(state.terms.id, names);
      const own = this.#namedBy.get(writer) ?? new Map();
      this.#namedBy.set(writer, own.set(state.terms.id, names));
    }
    if (!('cohort' in state)) return;
    const { quorum, cohort } = state;
    const counted = cohort.standings.filter(standing => standing === 'counted').length;
    if (quorum.accepted !== counted)
      this.violate(`${quorum.accepted} are accepted in ${state.phase}, and ${counted} are counted`);
  }

  /**
   * What is written down leads no further than what has happened, nor to another end: a round may fail where it had gone on from
   * updates that were not acknowledged, and are lost.
   */
  #follow({ phase, terms }: SeenState, writer: Writer): void {
    const had = this.#hadBy.get(writer) ?? new Set();
    const furthest = this.#furthest.get(terms.id) ?? order.length;
    const at = order.indexOf(phase);
    const mayLack = phase === 'failed' && furthest > order.indexOf('updates');
    if (!had.has(terms.id) && at > furthest && !mayLack)
      this.violate(`a round that had come to ${order[furthest]} goes on in ${phase}`);
    this.#hadBy.set(writer, had.add(terms.id));
    this.#furthest.set(terms.id, Math.max(at, this.#furthest.get(terms.id) ?? 0));
  }

  checkpointed(round: Durable, checkpoint: Checkpoint, { erase }: { readonly erase: boolean }): void {
    const { contributors, sum } = checkpoint;
    const names = new Set(contributors.map(({ assignment }) => assignment));
    if (names.size !== contributors.length) this.violate('a checkpoint names a contributor twice');
    const before = round.checkpoint?.contributors ?? [];
    for (const { assignment } of before)
      if (!names.has(assignment)) this.violate('a checkpoint has lost a contributor');
    if (round.terms.plan.masking === null) {
      // None: it is written once more, since it was not known whether it had been.
      if (names.size - before.length === 1)
        this.violate('an unmasked checkpoint adds one contributor to the last');
      if (!erase) this.violate('an unmasked checkpoint leaves the bytes of the last one');
    }
    const expected = this.replicas.emptySum(round);
    const actual = this.replicas.emptySum(round);
    if (!('restore' in expected) || !('restore' in actual)) {
      this.violate('single updates are written down');
      return;
    }
    actual.restore(sum);
    for (const { assignment, digest } of contributors) {
      const update = this.parts.get(assignment)?.updates.get(hex(digest));
      if (!update) {
        this.violate('a checkpoint names an update that nobody has sent');
        return;
      }
      expected.add(update.bytes, 0, this.#originOf(assignment, round));
    }
    if (expected.contributors !== actual.contributors)
      this.violate(`a checkpoint names ${expected.contributors} of the ${actual.contributors} in its sum`);
    const [one, other] = [expected, actual].map(each =>
      each instanceof RingSum
        ? new Uint8Array(centre(each.elements.slice(), each.form.width).buffer)
        : each.snapshot(),
    );
    if (!equalBytes(one!, other!))
      this.violate('a checkpoint holds another sum than that of its contributors');
  }

  /** Whether the update of an assignment was in a buffer that failed. */
  hasFailedWith(assignment: AssignmentId): boolean {
    return [...this.kept.records.values()].some(
      ({ round, outcome }) =>
        outcome === 'failed' &&
        (this.#named.get(round)?.includes(assignment) || this.#inBuffer.get(round)?.has(assignment)),
    );
  }

  committed(entry: Commit, durable: Durable | undefined, writer: Writer): void {
    const { round } = entry;
    const contributors = (round && this.#namedBy.get(writer)?.get(round.round)) ?? [];
    this.closed.push({ entry, contributors });
    if (round && durable) this.#over.set(round.round, durable);
  }

  /** A device hears of its part; returns what is known of it. */
  assigned(device: DeviceId, assignment: Assignment): Part {
    const known = this.parts.get(assignment.assignment);
    const part = known ?? {
      device,
      assignment,
      updates: new Map(),
      acknowledged: undefined,
      isBarred: false,
    };
    if (!known) this.parts.set(assignment.assignment, part);
    const { round, token, deadline } = part.assignment;
    if (part.device !== device) this.violate('one assignment is given to two devices');
    if (part.isBarred) this.violate('a device that is out of the round gets its assignment again');
    if (
      round !== assignment.round ||
      deadline !== assignment.deadline ||
      !equalBytes(token, assignment.token)
    )
      this.violate('an assignment has changed');
    if (!this.#durable) return part;
    if (!this.#heldBy(assignment).some(each => each.terms.id === round || each.terms.kind === 'buffer'))
      this.violate('an assignment is sent before its draw is durable');
    return part;
  }

  /** What is durable of rounds, under way or over, that an assignment is drawn in. */
  #heldBy({ assignment }: Pick<Assignment, 'assignment'>): Durable[] {
    return [...this.kept.underWay.values(), ...this.#over.values()].filter(({ entries }) =>
      entries.some(
        entry => entry.type === 'drawn' && entry.members.some(member => member.assignment === assignment),
      ),
    );
  }

  #originOf(assignment: AssignmentId, { terms }: Durable): UpdateOrigin | undefined {
    const base = this.bases.get(assignment);
    return base && { staleness: stalenessIn(terms, base), round: base.round };
  }

  /** `isUnaware`: by a cell that may not know yet that another one has its task, and has gone on or ended the round: it says nothing that was not durable before. */
  fed(
    device: DeviceId,
    event: MaskingEvent,
    { round, assignment, message }: MaskingInput,
    isUnaware: boolean,
  ): void {
    const part = this.parts.get(assignment);
    if (part?.device !== device) this.violate(`${event} goes to a device whose assignment it is not`);
    if (part?.isBarred) this.violate(`a device that is out of the round gets its ${event}`);
    const key = event === 'survivors' ? `${round} survivors` : `${assignment} ${event}`;
    // More may have agreed by the next time.
    const first = event === 'agreed' ? undefined : this.#fed.get(key);
    if (first && !equalBytes(first, message)) this.violate(`a second and different ${event} goes out`);
    this.#fed.set(key, message);
    if (!this.#durable) return;
    const durable = this.kept.underWay.get(round) ?? (isUnaware ? this.#over.get(round) : undefined);
    if (!durable) {
      this.violate(`${event} goes out for a round that is not under way in the storage`);
      return;
    }
    const isStated = ({ type }: { readonly type: string }) => type === 'stated';
    if (event === 'survivors' && !durable.entries.some(isStated))
      this.violate('a survivors statement goes out before it is durable');
    const followsFrom = (known: Durable): boolean => {
      const { feed } = this.replicas.of(known).masked!;
      const follows = feed?.eventOf(assignment) === event ? feed.inputs.get(assignment) : undefined;
      // Somebody may have agreed since, and devices check each signature.
      return follows !== undefined && (event === 'agreed' || equalBytes(follows, message));
    };
    const { entries } = durable;
    const earlier = isUnaware ? entries.map((_, at) => ({ ...durable, entries: entries.slice(0, at) })) : [];
    if (![durable, ...earlier.reverse()].some(followsFrom))
      this.violate(`${event} goes out that does not follow from what is durable`);
  }

  ended(device: DeviceId, { round, outcome }: RoundEnd): void {
    const record = this.kept.records.get(round);
    if (this.bases.size > 0) {
      const isKept = [...this.kept.records.values()].some(each => each.outcome === outcome);
      if (outcome !== 'closed' && !isKept) this.violate(`a device hears "${outcome}" before that is durable`);
      return;
    }
    if (outcome !== 'closed') {
      if (record?.outcome !== outcome) this.violate(`a device hears "${outcome}" before that is durable`);
      return;
    }
    const durable = this.kept.underWay.get(round);
    if (!this.#durable || record || !durable) return;
    const { state, claims } = this.replicas.of(durable);
    const assignment = claims.of(device);
    if (assignment && 'cohort' in state && maySend(standingOf(state.cohort, assignment)))
      this.violate('a device is let go before that is durable');
  }

  /** A message was acknowledged to its device. */
  acknowledged(part: Part, kind: Kind, bytes: Uint8Array): void {
    const { round, assignment } = part.assignment;
    if (kind === 'update') {
      const digest = digestOf(bytes);
      if (part.acknowledged !== undefined && part.acknowledged !== digest)
        this.violate('two updates of one assignment are acknowledged');
      part.acknowledged = digest;
      if (part.isBarred) this.violate('an update is acknowledged of a device that is out of the round');
    }
    if (!this.#durable) return;
    if (this.bases.size > 0) {
      const isNamed = [...this.#named].some(
        ([id, named]) => this.kept.records.has(id) && named.includes(assignment),
      );
      const isKept = this.#heldBy(part.assignment).some(({ checkpoint }) =>
        checkpoint?.contributors.some(
          each => each.assignment === assignment && hex(each.digest) === part.acknowledged,
        ),
      );
      if (!isNamed && !isKept) this.violate('an update is acknowledged before it is durable');
      return;
    }
    const record = this.kept.records.get(round);
    // A message of masking means nothing once the round is over; an update is in its version, or was in its sum.
    if (record && (kind !== 'update' || record.outcome === 'published')) return;
    const durable = this.kept.underWay.get(round) ?? this.#over.get(round);
    const isDurable =
      kind === 'update'
        ? durable?.checkpoint?.contributors.some(
            each =>
              each.assignment === assignment &&
              hex(each.digest) === part.acknowledged &&
              (each.signature !== null) === (part.assignment.plan.masking !== null),
          )
        : durable?.entries.some(
            entry =>
              entry.type === kind && entry.assignment === assignment && equalBytes(entry.message, bytes),
          );
    if (!isDurable) this.violate(`the ${kind} of a device are acknowledged before they are durable`);
    if (kind !== 'update' || !this.kept.underWay.has(round)) return;
    const { masked } = this.replicas.of(this.kept.underWay.get(round)!);
    if (masked && isDurable && !masked.groups.of(assignment).updateSignature(assignment))
      this.violate('what a device signed with its update would be forgotten at a restart');
  }

  /** That a device is out of its round was acknowledged, and nothing of its update had been sent by then. */
  barred(part: Part, life: Life): void {
    part.isBarred = true;
    const { round, assignment } = part.assignment;
    // Of buffers, the last that has taken it over.
    const durable =
      this.#heldBy(part.assignment)
        .filter(({ terms }) => terms.kind === 'buffer' && this.kept.underWay.has(terms.id))
        .sort((a, b) => b.terms.number - a.terms.number)[0] ?? this.kept.underWay.get(round);
    if (!this.#durable || !durable || life.isOver) return;
    const { state } = this.replicas.of(durable);
    if ('cohort' in state && maySend(standingOf(state.cohort, assignment)))
      this.violate('that a device leaves is acknowledged before it is durable');
  }
}
