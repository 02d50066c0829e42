import type { UploadRights } from '@murmuration/client-sdk/transport/transport';
import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { PendingRoundEnds } from '@murmuration/coordinator/devices/pending-round-ends';
import { Uploads } from '@murmuration/coordinator/devices/uploads';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type AssignmentId,
  type DeviceId,
  parseAssignmentId,
  parseRoundId,
  type RoundId,
} from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { checkIn } from '@murmuration/protocol/messages/check-in';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { enrol, hello } from '@murmuration/protocol/messages/hello';
import { type MaskingInput, maskingContribution } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import {
  type Assignment,
  encodeAssignment,
  leave,
  type RoundEnd,
} from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { settled, type VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { SavedRound } from '@murmuration/rounds/round/store';
import { findRound } from '@murmuration/rounds/rounds/all-tasks';
import type { CheckInHandler } from '@murmuration/rounds/rounds/check-in';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { openTaskRounds } from '@murmuration/rounds/rounds/open-task-rounds';
import type { CohortChannel, MakeVersion } from '@murmuration/rounds/rounds/ports';
import type { RoundUnderWay } from '@murmuration/rounds/rounds/round-under-way';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import type { Task } from '@murmuration/rounds/task/task';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { seededRandom } from '../../../../seeded-random.ts';
import { memoryBudgets } from '../../rounds/privacy/memory-budgets.ts';
import type { Kept, Life } from './kept.ts';
import type { Answering, Link } from './link.ts';

/** What a coordinator finds when it comes up, and whom its sends and answers are told. */
export interface CoordinatorEnvironment {
  readonly clock: VirtualClock;
  readonly kept: Kept;
  readonly task: Task;
  readonly faults: string[];
  /** Coordinators so far, this one included. */
  readonly lives: number;
  readonly makeVersion: (real: MakeVersion) => MakeVersion;
  /** Notes where `what` leaves the coordinator and the round is not kept as `isKept` wants it at this moment. */
  requireKept(what: string, round: RoundId, isKept: (saved: SavedRound) => boolean): void;
  noteFed(round: string, event: MaskingEvent, device: DeviceId, message: Uint8Array): void;
  enrol(publicKey: Uint8Array): DeviceId;
  /** Throws `device.unknown`. */
  keyOf(device: DeviceId): Uint8Array;
}

/** A coordinator's rounds in one life, and its ends of the connections. */
export class LivingCoordinator implements Answering, CohortChannel {
  readonly life: Life;
  readonly rounds: TaskRounds;
  readonly #around: CoordinatorEnvironment;
  readonly #registry: Registry;
  readonly #checkIns: CheckInHandler;
  readonly #pool: WaitingPool;
  readonly #uploads: Uploads;
  readonly #links = new Map<DeviceId, Link>();
  readonly #unheard = new PendingRoundEnds();

  constructor(world: CoordinatorEnvironment, life: Life) {
    const { clock: time, kept } = world;
    this.#around = world;
    this.life = life;
    const events = new CoordinatorEvents();
    events.on('fault', (where, error) => world.faults.push(`${where}: ${error}`));
    const clock = clockOf(time, life);
    const { store, history } = kept.of(life);
    const { task } = world;
    this.#registry = new Registry(kept.blobs, history, kept.aliases);
    const random = seededRandom(world.lives);
    const privacy = memoryBudgets({ random, clock });
    const opened = openTaskRounds(task, {
      registry: this.#registry,
      queryResults: queryResultsIn(memoryDocuments()),
      clock,
      random,
      jitter: random,
      unmasker: {
        async unmask(context, secrets, { elements, width }) {
          for (const secret of secrets) applyMasks(native, elements, unmaskingMasks(context, secret), width);
          await settled();
        },
        close: async () => {},
      },
      channel: this,
      activePopulation: { of: () => ({ population: 0, connected: 0 }) },
      history,
      store,
      makeVersion: taskOf => world.makeVersion(versionMaker(taskOf, this.#registry, clock, privacy)),
      privacy,
      named: () => undefined,
      inUse: async () => [],
      versions: async () => [],
      traffic: () => ({ up: 0, down: 0 }),
      enrolled: () => Number.POSITIVE_INFINITY,
      moments: new MomentActions(events),
      events,
    });
    this.rounds = opened.rounds;
    this.#pool = opened.pool;
    this.#checkIns = opened.checkIns;
    this.#uploads = new Uploads({
      findRound: (round, assignment) => this.#find(round, assignment),
      traffic: new Traffic(),
      isRevoked: () => false,
    });
  }

  /** Nobody is told to come back sooner. */
  readonly devices: readonly DeviceId[] = [];
  comeBack(): void {}

  isConnected(device: DeviceId): boolean {
    return this.#links.has(device);
  }

  assign(device: DeviceId, assignment: Assignment): void {
    // Who trains for a masked buffer is forgotten with the coordinator.
    if (assignment.plan.bases?.length !== 0)
      this.#around.requireKept('assignment', assignment.round, ({ entries }) =>
        entries.some(
          entry =>
            entry.type === 'drawn' &&
            entry.members.some(member => member.assignment === assignment.assignment),
        ),
      );
    this.#links.get(device)!.send('assignment', encodeAssignment(assignment));
  }

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.#around.noteFed(input.round, event, device, input.message);
    const { state } = this.rounds.current!;
    const members = 'cohort' in state ? state.cohort.members : [];
    this.#around.requireKept(event, input.round, ({ entries, checkpoint }) => {
      if (event === 'survivors')
        return (
          entries.some(entry => entry.type === 'stated' && hex(entry.statement) === hex(input.message)) &&
          checkpoint?.contributors.length === members.length
        );
      // Its own agreement is kept, and so the statement.
      if (event === 'agreed')
        return entries.some(entry => entry.type === 'agree' && entry.assignment === input.assignment);
      const type = event === 'roster' ? 'keys' : 'shares';
      return members.every(({ assignment }) =>
        entries.some(entry => entry.type === type && entry.assignment === assignment),
      );
    });
    this.#links.get(device)!.send(event, encodeFrame(input));
  }

  end(device: DeviceId, end: RoundEnd): void {
    if (end.outcome !== 'closed')
      this.#around.requireKept(`round-end ${end.outcome}`, end.round, () => false);
    const link = this.#links.get(device);
    if (link) link.send('round-end', encodeFrame(end));
    else this.#unheard.remember(device, end);
  }

  async answer(link: Link, event: DeviceEvent, frame: Uint8Array): Promise<unknown> {
    if (event === 'enrol') return { device: this.#around.enrol(decodeFrame(frame, enrol).publicKey) };
    if (event === 'hello') {
      const { device } = decodeFrame(frame, hello);
      this.#around.keyOf(device);
      this.#links.set(device, link);
      const unheard = this.#unheard.take(device);
      if (unheard) this.end(device, unheard);
      this.rounds.current?.back(device);
      this.rounds.trainings?.back(device);
      return { now: this.#around.clock.now(), tasks: [{ task: this.rounds.task.name, leastExamples: 1 }] };
    }
    const device = [...this.#links].find(([, other]) => other === link)?.[0];
    if (!device) throw new MurmurationError('device.not-identified');
    if (event === 'check-in') return this.#checkIns.answer(device, decodeFrame(frame, checkIn), '0.1.0');
    if (event === 'leave') {
      const { round, assignment } = decodeFrame(frame, leave);
      if (this.rounds.trainings?.leave(device, assignment)) return null;
      return this.#find(round, assignment).leave(device, assignment);
    }
    if (event === 'predict') throw new MurmurationError('prediction.not-offered');
    if (event === 'forget') return this.rounds.current?.drop(device);
    const { round, assignment, message } = decodeFrame(frame, maskingContribution);
    const owner = { id: device, publicKey: this.#around.keyOf(device), certificate: undefined };
    await this.#find(round, assignment).contribute(owner, assignment, event, message);
    this.#around.requireKept(`answer to ${event}`, round, ({ entries }) =>
      entries.some(entry => 'message' in entry && hex(entry.message) === hex(message)),
    );
    return null;
  }

  async upload(path: string, { token, signature }: UploadRights, bytes: Uint8Array): Promise<unknown> {
    const [, , , round, , assignment] = path.split('/') as [string, string, string, string, string, string];
    const head = {
      round: parseRoundId(round),
      assignment: parseAssignmentId(assignment),
      token,
      signature,
      length: bytes.length,
    };
    this.#uploads.check(head);
    const receipt = await this.#uploads.take(head, bytes);
    this.#around.requireKept('receipt', head.round, ({ checkpoint }) =>
      checkpoint ? checkpoint.contributors.some(each => each.assignment === assignment) : false,
    );
    return receipt;
  }

  async download(path: string): Promise<Uint8Array> {
    const [, hash] = /([0-9a-f]{64})\.bin$/.exec(path) ?? /([0-9a-f]{64})\/model\.json$/.exec(path)!;
    return this.#registry.blob(hash!);
  }

  lost(link: Link): void {
    for (const [device, other] of this.#links) {
      if (other !== link) continue;
      this.#links.delete(device);
      this.#pool.remove(device);
      this.rounds.current?.away(device);
    }
  }

  #find(round: RoundId, assignment: AssignmentId): RoundUnderWay {
    return findRound(new Map([[this.rounds.task.name, this.rounds]]), round, assignment);
  }
}

/** The clock as a coordinator sees it, whose timers end with it. */
function clockOf(clock: VirtualClock, life: Life): Clock {
  return {
    now: () => clock.now(),
    at: (time, wake): Cancel =>
      clock.at(time, () => {
        if (!life.isOver) wake();
      }),
  };
}
