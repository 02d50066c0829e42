import type { UploadRights } from '@murmuration/client-sdk/transport/transport';
import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { CoordinatorCell } from '@murmuration/coordinator/cells/cell';
import { Uploads } from '@murmuration/coordinator/devices/uploads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { CheckInAnswer } from '@murmuration/protocol/messages/check-in';
import type { Hello } from '@murmuration/protocol/messages/hello';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import { Population } from '@murmuration/rounds/population/population';
import type { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { Registry } from '@murmuration/rounds/registry/registry';
import { findRound } from '@murmuration/rounds/rounds/all-tasks';
import type { CheckInHandler } from '@murmuration/rounds/rounds/check-in';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { openTaskRounds } from '@murmuration/rounds/rounds/open-task-rounds';
import type { CohortChannel } from '@murmuration/rounds/rounds/ports';
import { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { RoundUnderWay } from '@murmuration/rounds/rounds/round-under-way';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import type { Task } from '@murmuration/rounds/task/task';
import { memoryActivity } from '@murmuration/storage/memory/activity';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { standing } from '../../contract/standing.ts';
import { seededRandom } from '../../seeded-random.ts';
import { memoryBudgets } from '../../unit/coordinator/rounds/privacy/memory-budgets.ts';
import type { MemoryCell } from '../../unit/coordinator/server/cells/memory-leases.ts';
import type { Kept, Writer } from './kept.ts';

/** Hears what leaves a coordinator. */
export interface Listener {
  assigned(device: DeviceId, assignment: Assignment): void;
  fed(device: DeviceId, event: MaskingEvent, input: MaskingInput, by: Life): void;
  ended(device: DeviceId, end: RoundEnd): void;
}

/** What a cell shares with others. */
export interface Sharing {
  readonly line: MemoryCell;
  /** Resolves once what is cut off is no more. */
  readonly mended: () => Promise<void>;
  /** It leads devices from now on. */
  readonly leads: () => void;
  /** Another cell has its task. */
  readonly replaced: () => void;
}

/** Takes masks off on the thread of the test. */
const unmasker: Unmasker = {
  async unmask(context, secrets, { elements, width }) {
    for (const secret of secrets) applyMasks(native, elements, unmaskingMasks(context, secret), width);
  },
  close: async () => {},
};

/** The clock as one coordinator sees it: its timers end with it. */
class LifeClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #timers = new Set<Cancel>();
  #isOver = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#clock.now();
  }

  at(time: number, wake: () => void): Cancel {
    // What a process was doing when it was gone sets no timer.
    if (this.#isOver) return () => {};
    const stop = this.#clock.at(time, () => {
      this.#timers.delete(cancel);
      wake();
    });
    const cancel = () => {
      this.#timers.delete(cancel);
      stop();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  end(): void {
    this.#isOver = true;
    for (const cancel of [...this.#timers]) cancel();
  }
}

/** One coordinator process: everything that a coordinator consists of but its sockets, over a storage that outlives it. */
export class Life implements CohortChannel, Writer {
  readonly events = new CoordinatorEvents();
  readonly rounds: TaskRounds;
  readonly control: RoundControl;
  readonly population: Population;
  readonly pool: WaitingPool;
  readonly clock: LifeClock;
  isOver = false;
  /** Whether it takes requests. */
  isUp = false;
  /** Whether it has stopped by itself: nothing more leaves it. */
  isStopped = false;
  readonly #kept: Kept;
  readonly #checkIns: CheckInHandler;
  readonly #uploads: Uploads;
  readonly #registrar: DeviceRegistry;
  readonly #listener: Listener;
  readonly #connections = new Set<DeviceId>();
  readonly #time: VirtualClock;
  readonly #seed: number;
  #leads = true;
  #isStarted = false;
  #sharing: Sharing | undefined;
  #cell: CoordinatorCell | undefined;
  #cellClock: LifeClock | undefined;

  constructor(
    task: Task,
    time: VirtualClock,
    kept: Kept,
    listener: Listener,
    seed: number,
    durable: boolean,
  ) {
    this.#time = time;
    this.#kept = kept;
    this.#listener = listener;
    this.#seed = seed;
    this.clock = new LifeClock(time);
    const { clock, events } = this;
    const { store, history, blobs, devices, pausedTasks } = kept.of(this);
    const random = seededRandom(seed);
    const registry = new Registry(blobs, history);
    this.population = new Population(devices, async () => true, native, clock);
    const privacy = memoryBudgets({ random, clock });
    const opened = openTaskRounds(task, {
      registry,
      queryResults: queryResultsIn(memoryDocuments()),
      clock,
      random,
      jitter: random,
      unmasker,
      channel: this,
      activePopulation: { of: () => ({ population: 0, connected: 0 }) },
      history,
      store: durable ? store : undefined,
      makeVersion: taskOf => versionMaker(taskOf, registry, clock, privacy),
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
    this.pool = opened.pool;
    this.#checkIns = opened.checkIns;
    this.#uploads = new Uploads({
      findRound: (round, assignment) => this.find(round, assignment),
      traffic: new Traffic(),
      isRevoked: device => this.population.isRevoked(device),
    });
    this.control = new RoundControl(new Map([[task.name, this.rounds]]), pausedTasks);
    this.#registrar = new DeviceRegistry(devices, memoryActivity(), this.population, {
      isConnected: device => this.isConnected(device),
      drop: async device => this.rounds.current?.drop(device),
      disconnect: device => this.disconnect(device),
    });
  }

  /** Goes on with what is kept, and takes requests from then on. Throws `storage.*` where that can't be read or written. */
  async start(): Promise<void> {
    await this.population.open();
    await this.control.open([this.rounds]);
    await this.rounds.resume(await this.#kept.rounds.underWay());
    this.#isStarted = true;
    this.isUp = this.#leads;
    await this.rounds.start();
  }

  /** From now on it has the task, and takes requests, while the lease says so. */
  share(sharing: Sharing): void {
    const { line, leads, replaced } = sharing;
    this.#sharing = sharing;
    this.#cellClock = new LifeClock(this.#time);
    this.#cell = new CoordinatorCell({
      leases: line.leases,
      tasks: [this.rounds.task.name],
      url: `http://cell-${this.#seed}.example.org`,
      clock: this.#cellClock,
      takeOver: async () => {
        // Nothing goes on in a process that is gone.
        if (this.isOver) await new Promise(() => {});
        leads();
        await this.start();
      },
      leave: async () => false,
      saw: () => {},
      standingOf: () => standing,
      failed: error => {
        const { code } = error as { code?: string };
        // It looks again.
        if (code !== 'storage.failed') this.events.emit('fault', 'sharing tasks with other cells', error);
      },
      leads: is => {
        if (this.isOver) return;
        this.#leads = is;
        if (!is) this.letGo();
        else if (this.#isStarted) leads();
        this.isUp = is && this.#isStarted;
      },
    });
    this.events.on('fault', (_, error) => {
      if ((error as { code?: string }).code === 'storage.in-use') replaced();
    });
    void this.#cell.start();
  }

  /** What connects it with the leases; undefined where it has the task without any. */
  get line(): MemoryCell | undefined {
    return this.#sharing?.line;
  }

  /** Takes no further task, and lets go of those that it has once `rounds` have stopped. */
  async stop(rounds: 'suspend' | 'stop'): Promise<void> {
    await this.#cell?.stop();
    await this.rounds[rounds]();
    this.isUp = false;
    this.letGo();
    this.#cell?.close();
    await this.line?.leases.release();
  }

  /** Devices lose their connections. */
  letGo(): void {
    for (const device of [...this.#connections]) this.disconnect(device);
  }

  /** Whether what it asks the storage, or what it is answered, is lost. */
  get isCutOff(): boolean {
    const { line } = this;
    return line !== undefined && !(line.asks && line.hears);
  }

  async arrives(): Promise<void> {
    while (this.#sharing && !this.#sharing.line.asks) await this.#sharing.mended();
  }

  async hears(): Promise<void> {
    while (this.#sharing && !this.#sharing.line.hears) await this.#sharing.mended();
  }

  guard(): void {
    this.line?.guard();
  }

  /** The process is gone. */
  die(): void {
    this.isOver = true;
    this.isUp = false;
    this.clock.end();
    this.#cellClock?.end();
    void this.line?.vanish();
  }

  /** A device says hello on a new connection. Throws `device.*`. */
  async connect(hello: Hello, nonce: Uint8Array): Promise<void> {
    const { id } = await this.population.identify(hello, nonce);
    if (!this.isUp) throw new MurmurationError('server.unreachable');
    if (this.population.isRevoked(id)) throw new MurmurationError('device.revoked');
    this.#connections.add(id);
    this.rounds.current?.back(id);
  }

  disconnect(device: DeviceId): void {
    if (!this.#connections.delete(device)) return;
    this.pool.remove(device);
    this.rounds.current?.away(device);
  }

  checkIn(device: DeviceId): CheckInAnswer {
    const { name } = this.rounds.task;
    return this.#checkIns.answer(device, { task: name, conditions: {} }, '0.1.0');
  }

  /** Finds the round of a message. Throws `round.unknown` or `round.closed`. */
  find(round: RoundId, assignment: AssignmentId): RoundUnderWay {
    return findRound(new Map([[this.rounds.task.name, this.rounds]]), round, assignment);
  }

  /** Takes an update as the route of updates does. */
  async upload(
    round: RoundId,
    assignment: AssignmentId,
    { token, signature }: UploadRights,
    bytes: Uint8Array,
  ): Promise<void> {
    const head = { round, assignment, token, signature, length: bytes.length };
    this.#uploads.check(head);
    await this.#uploads.take(head, bytes);
  }

  revoke(device: DeviceId): Promise<void> {
    return this.#registrar.revoke(device);
  }

  /** Nobody is told to come back sooner. */
  readonly devices: readonly DeviceId[] = [];
  comeBack(): void {}

  isConnected(device: DeviceId): boolean {
    return this.#connections.has(device);
  }

  /** Devices that are connected. */
  get connections(): number {
    return this.#connections.size;
  }

  assign(device: DeviceId, assignment: Assignment): void {
    if (!this.isOver && this.isConnected(device)) this.#listener.assigned(device, assignment);
  }

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    if (!this.isOver && this.isConnected(device)) this.#listener.fed(device, event, input, this);
  }

  end(device: DeviceId, end: RoundEnd): void {
    if (!this.isOver && this.isConnected(device)) this.#listener.ended(device, end);
  }
}
