import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import { Conduct } from '@murmuration/rounds/population/conduct';
import { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import type { AskedAccounts } from '@murmuration/rounds/privacy/asked-accounts';
import type { PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { PartResult, PartStore } from '@murmuration/rounds/round/parts';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { isPart } from '@murmuration/rounds/round/store';
import { CheckInHandler } from '@murmuration/rounds/rounds/check-in';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { openTaskRounds } from '@murmuration/rounds/rounds/open-task-rounds';
import { PartRounds } from '@murmuration/rounds/rounds/part-rounds';
import type { CohortChannel } from '@murmuration/rounds/rounds/ports';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { PartDeal } from '@murmuration/storage/leases/parts';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryMarks } from '@murmuration/storage/memory/marks';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { seededRandom } from '../../../seeded-random.ts';
import { memoryBudgets } from '../rounds/privacy/memory-budgets.ts';
import { deviceId, type Federation, layout, valuesTask } from './federation.ts';
import { MaskedDevice } from './masked-device.ts';

const unmasker: Unmasker = {
  async unmask(context, secrets, { elements, width }) {
    for (const secret of secrets) applyMasks(native, elements, unmaskingMasks(context, secret), width);
  },
  close: async () => {},
};

/** A process that dies: its timers end, and what it writes is refused. */
class Life implements Clock {
  isOver = false;
  /** Whether it dies just before, or just after, what a call to a store does. */
  dies: (call: string, when: 'before' | 'after') => boolean = () => false;
  readonly #clock: VirtualClock;
  readonly #timers = new Set<Cancel>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  at(time: number, wake: () => void): Cancel {
    if (this.isOver) return () => {};
    const cancel = this.#clock.at(time, wake);
    this.#timers.add(cancel);
    return cancel;
  }

  end(): void {
    this.isOver = true;
    for (const cancel of this.#timers) cancel();
  }

  #strike(call: string, when: 'before' | 'after'): void {
    if (!this.isOver && this.dies(call, when)) this.end();
    if (this.isOver) throw new MurmurationError('storage.in-use');
  }

  /** The same store, each call to which fails once the process was replaced. */
  fenced<Store extends object>(store: Store): Store {
    const life = this;
    return new Proxy(store, {
      get(target, key) {
        const found = Reflect.get(target, key);
        if (typeof found !== 'function') return found;
        return async (...args: unknown[]) => {
          life.#strike(String(key), 'before');
          const done = await found.apply(target, args);
          life.#strike(String(key), 'after');
          return done;
        };
      },
    });
  }
}

/** The devices' ends of the connections to one part. */
class PartChannel implements CohortChannel {
  readonly connected = new Set<DeviceId>();
  readonly assignments = new Map<DeviceId, Assignment>();
  readonly inputs = new Map<DeviceId, { readonly event: MaskingEvent; readonly input: MaskingInput }[]>();
  readonly ends: { readonly device: DeviceId; readonly end: RoundEnd }[] = [];

  get devices(): Iterable<DeviceId> {
    return this.connected;
  }

  comeBack(): void {}

  isConnected(device: DeviceId): boolean {
    return this.connected.has(device);
  }

  disconnect(device: DeviceId): void {
    this.connected.delete(device);
  }

  assign(device: DeviceId, assignment: Assignment): void {
    this.assignments.set(device, assignment);
  }

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.inputs.set(device, [...(this.inputs.get(device) ?? []), { event, input }]);
  }

  end(device: DeviceId, end: RoundEnd): void {
    this.ends.push({ device, end });
  }
}

/** A part at the cell that has it now. */
export interface Seat {
  readonly part: number;
  readonly channel: PartChannel;
  life: Life;
  rounds: PartRounds;
  pool: WaitingPool;
  checkIns: CheckInHandler;
  conduct: Conduct;
  accounts: AskedAccounts;
}

export interface SpreadWorldOptions {
  readonly task: Partial<TaskDefinition>;
  readonly devices: number;
  readonly seed?: number;
  /** What keeps privacy budgets, of the process that it is for. */
  readonly ledger?: PrivacyLedger;
}

/** A task whose rounds are spread over cells, on a virtual clock: who leads, the parts, and devices dealt to them. */
export async function openSpread({
  task: change,
  devices: count,
  seed = 1,
  ledger = memoryPrivacy(),
}: SpreadWorldOptions) {
  const task = valuesTask(change);
  const parts = task.spread!.count;
  const clock = new VirtualClock();
  const rounds = new MemoryRounds();
  const { end } = rounds.parts;
  /** The results that were kept of each round, by the number of the part. */
  const results = new Map<RoundId, Map<number, PartResult>>();
  Object.assign(rounds.parts, {
    async end(...[terms, result, sum]: Parameters<typeof end>) {
      await end(terms, result, sum);
      if ((await rounds.parts.results(terms.id)).size === 0) return;
      const kept = results.get(terms.id) ?? new Map<number, PartResult>();
      if (!kept.has(terms.part)) kept.set(terms.part, result);
      results.set(terms.id, kept);
    },
  } satisfies Pick<PartStore, 'end'>);
  const documents = memoryDocuments();
  const queryResults = queryResultsIn(documents);
  const history = memoryHistory(rounds, undefined, documents);
  const blobs = memoryBlobs();
  const registry = new Registry(blobs, history);
  await storeFirstVersion(
    task,
    { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(layout.count) },
    registry,
    history,
    clock,
  );
  const deal = new PartDeal(new Uint8Array(32).fill(7));
  const partOf = (device: DeviceId) => deal.of(task.name, device, parts);
  const records: RoundRecord[] = [];
  const faults: unknown[][] = [];
  const seats: Seat[] = [];
  const marks = memoryMarks();
  let lives = seed;
  /** The rounds at the cell that leads them. */
  let leading: TaskRounds | undefined;

  const portsOf = (life: Life, channel: CohortChannel) => {
    lives += 1;
    const random = seededRandom(1_000 * seed + lives);
    const events = new CoordinatorEvents();
    events.on('round-ended', record => records.push(record));
    events.on('fault', (where, error) => faults.push([where, error]));
    const privacy = memoryBudgets({ random, clock: life, ledger: life.fenced(ledger) });
    return {
      ports: {
        registry: new Registry(life.fenced(blobs), life.fenced(history)),
        clock: life,
        random,
        unmasker,
        channel,
        history: life.fenced(history),
        store: life.fenced(rounds),
        spread: { parts: life.fenced(rounds.parts), partOf: (_: string, device: DeviceId) => partOf(device) },
        privacy,
        named: () => undefined,
        versions: async () => [],
        inUse: async () => [(await registry.current(task.name)).head.version.model],
        traffic: () => ({ up: 0, down: 0 }),
        enrolled: () => Number.POSITIVE_INFINITY,
        moments: new MomentActions(events),
        events,
      },
      privacy,
      random,
    };
  };

  const openLeader = async (dies?: Life['dies']): Promise<{ life: Life; rounds: TaskRounds }> => {
    const life = new Life(clock);
    const channel = new PartChannel();
    const { ports, privacy, random } = portsOf(life, channel);
    await privacy.open(task.name, true);
    if (dies) life.dies = dies;
    const opened = openTaskRounds(task, {
      ...ports,
      channel,
      queryResults,
      jitter: random,
      activePopulation: { of: () => ({ population: 0, connected: 0 }) },
      makeVersion: taskOf => versionMaker(taskOf, ports.registry, life, privacy),
    });
    const saved = await rounds.underWay();
    await opened.rounds.resume(saved.filter(each => !isPart(each)));
    await opened.rounds.start();
    leading = opened.rounds;
    return { life, rounds: opened.rounds };
  };

  /** A part begins at a cell, or goes on there. */
  const openSeat = async (seat: Seat): Promise<void> => {
    const life = new Life(clock);
    const { ports, privacy, random } = portsOf(life, seat.channel);
    seat.conduct = new Conduct({
      task: () => seat.rounds.task,
      clock: life,
      events: ports.events,
      store: marks,
    });
    const pool = new WaitingPool(() => seat.rounds.poolChanged(), seat.conduct);
    const accounts = privacy.accountsOfPart(task.name, device => partOf(device) === seat.part);
    seat.life = life;
    seat.pool = pool;
    seat.accounts = accounts;
    seat.rounds = new PartRounds(task, seat.part, {
      ...ports,
      primitives: native,
      conduct: seat.conduct,
      accounts,
      pool,
      schedule: () => {
        const { task, untilNextRound } = leading ?? {};
        return task && { ...task, untilNextRound: untilNextRound! };
      },
      makeVersion: () => Promise.reject(new Error('A part makes no version.')),
      comeBackAfter: () => 1_000,
      recall: () => {},
      dismiss: () => seat.checkIns.dismiss(device => seat.channel.disconnect(device)),
    });
    seat.checkIns = new CheckInHandler({
      rounds: seat.rounds,
      pool,
      conduct: seat.conduct,
      activePopulation: { of: () => ({ population: 0, connected: 0 }) },
      privacy: accounts,
      random,
      clock: life,
      channel: seat.channel,
    });
    await seat.conduct.open();
    const saved = await rounds.underWay();
    await seat.rounds.resume(saved.filter(isPart).filter(({ terms }) => terms.part === seat.part));
    seat.rounds.start();
  };

  for (let part = 1; part <= parts; part++) {
    const seat = { part, channel: new PartChannel() } as unknown as Seat;
    seats.push(seat);
    await openSeat(seat);
  }

  /** Each device at the cell of its part. */
  const seatOf = (device: DeviceId) => seats[partOf(device) - 1]!;
  const devices = Array.from({ length: count }, (_, index) => {
    const seat = seatOf(deviceId(index));
    const federation = {
      channel: seat.channel,
      get rounds() {
        return seat.rounds;
      },
      connect: (device: DeviceId) => {
        seat.channel.connected.add(device);
        seat.rounds.current?.back(device);
      },
    };
    return new MaskedDevice(federation as unknown as Federation, index);
  });

  return {
    task,
    clock,
    deal,
    partOf,
    registry,
    history,
    queryResults,
    store: rounds,
    results,
    records,
    faults,
    seats,
    devices,
    openLeader,
    seatOf,
    devicesOf: (part: number) => devices.filter(({ id }) => partOf(id) === part),
    ledger,
    /** Has a device check in as devices do; the answer. */
    ask(device: MaskedDevice) {
      const { channel, checkIns } = seatOf(device.id);
      channel.connected.add(device.id);
      return checkIns.answer(device.id, { task: task.name, conditions: {} } as CheckIn, '1.0.0');
    },
    /** The same, once the cell knows what its answer takes, as the handlers of requests do; undefined where the device or its part is gone by then. */
    async come(device: MaskedDevice) {
      const { channel, checkIns, life } = seatOf(device.id);
      channel.connected.add(device.id);
      await checkIns.untilKnown(device.id);
      if (life.isOver || !channel.isConnected(device.id)) return undefined;
      return checkIns.answer(device.id, { task: task.name, conditions: {} } as CheckIn, '1.0.0');
    },
    /** `answers`: the queries that it would answer. */
    checkIn(device: MaskedDevice, answers?: readonly string[]) {
      const { channel, pool } = seatOf(device.id);
      channel.connected.add(device.id);
      pool.add(device.id, answers);
    },
    lose(device: MaskedDevice) {
      const { channel, rounds: own, pool } = seatOf(device.id);
      channel.connected.delete(device.id);
      pool.remove(device.id);
      own.current?.away(device.id);
    },
    /** The cell of a part is gone, and another one takes the part. */
    async replace(part: number) {
      const seat = seats[part - 1]!;
      seat.life.end();
      const before = [...seat.channel.connected];
      seat.channel.connected.clear();
      await openSeat(seat);
      for (const device of before) {
        seat.channel.connected.add(device);
        seat.rounds.current?.back(device);
      }
    },
    vanish(part: number) {
      seats[part - 1]!.life.end();
    },
  };
}

export type SpreadWorld = Awaited<ReturnType<typeof openSpread>>;
