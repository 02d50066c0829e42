import type { DeviceChannel } from '@murmuration/coordinator/assembly/core-ports';
import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import type { ModelParts } from '@murmuration/engine/models/model';
import { openTrainingRuns } from '@murmuration/lifecycle/training-runs/open-runs';
import { type RunStore, runsIn } from '@murmuration/lifecycle/training-runs/store';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { ComeBack } from '@murmuration/protocol/messages/check-in';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import type { MarkStore } from '@murmuration/rounds/population/mark';
import type { PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { type AliasStore, aliasesIn } from '@murmuration/rounds/registry/aliases';
import { queryResultsIn } from '@murmuration/rounds/registry/query-results';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { openTaskRounds } from '@murmuration/rounds/rounds/open-task-rounds';
import type { CentralStage, MakeVersion } from '@murmuration/rounds/rounds/ports';
import type { TaskRounds } from '@murmuration/rounds/rounds/task-rounds';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryAudit } from '@murmuration/storage/memory/audit';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import type { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { seededRandom } from '../../../seeded-random.ts';
import { memoryBudgets } from '../rounds/privacy/memory-budgets.ts';

export const layout = layoutOf([{ name: 'dense/kernel', shape: [2, 2] }]);

const zeros = { topology: { class_name: 'Sequential' }, layout, weights: new Float32Array(layout.count) };

export const deviceId = (index: number) => `device-${String(index).padStart(15, '0')}` as DeviceId;

export function valuesTask(change: Partial<TaskDefinition> = {}) {
  return defineTask({
    name: 'values',
    model: () => {
      throw new Error('The first version is stored by the test.');
    },
    plan: { learningRate: 0.1 },
    update: { kind: 'float32', clip: 100, weightCap: 32 },
    masking: 'off',
    cohort: { goal: 3, minimum: 2, overSelection: 1.34 },
    deadlines: { gathering: '10 s', updates: '60 s' },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);
}

/** The bytes of a float32 update of the layout. */
export function updateOf(delta: readonly number[], weight = 1): Uint8Array {
  return encodeUpdate(layout.hash, layout.count, {
    kind: 'float32',
    delta: Float32Array.from(delta),
    weight,
  });
}

/** The devices' ends of connections that stay in memory. */
class MemoryChannel implements Omit<DeviceChannel, 'size' | 'disconnect'> {
  readonly connected = new Set<DeviceId>();
  /** What each device heard last. */
  readonly assignments = new Map<DeviceId, Assignment>();
  /** How soon each device may come back, as it was told last. */
  readonly recalled = new Map<DeviceId, number>();
  readonly ends: { readonly device: DeviceId; readonly end: RoundEnd }[] = [];

  get devices(): Iterable<DeviceId> {
    return this.connected;
  }

  comeBack(device: DeviceId, { after }: ComeBack): void {
    this.recalled.set(device, after);
  }

  isConnected(device: DeviceId): boolean {
    return this.connected.has(device);
  }

  assign(device: DeviceId, assignment: Assignment): void {
    this.assignments.set(device, assignment);
  }

  /** What each device was given, by event, in the order in which it came. */
  readonly inputs = new Map<DeviceId, { readonly event: MaskingEvent; readonly input: MaskingInput }[]>();

  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void {
    this.inputs.set(device, [...(this.inputs.get(device) ?? []), { event, input }]);
  }

  end(device: DeviceId, end: RoundEnd): void {
    this.ends.push({ device, end });
  }
}

/** Takes masks off on the thread of the test. */
const unmasker: Unmasker = {
  async unmask(context, secrets, { elements, width }) {
    for (const secret of secrets) applyMasks(native, elements, unmaskingMasks(context, secret), width);
  },
  close: async () => {},
};

export interface FederationOptions {
  /** What another one, which is over, has left behind: nothing, without it. */
  readonly left?: ReturnType<typeof nothingLeft>;
  readonly task?: Partial<TaskDefinition>;
  /** The first version: zeros of `layout`, without it. */
  readonly model?: ModelParts;
  readonly seed?: number;
  /** What its clock shows at first, ms since 1970. */
  readonly start?: number;
  /** Where rounds under way are kept: nowhere, without it. */
  readonly store?: MemoryRounds;
  /** What was spent of privacy budgets: nothing, without it. */
  readonly ledger?: PrivacyLedger;
  /** What is kept of training runs: nothing, without it. */
  readonly runStore?: RunStore;
  /** Where versions have names: in memory, without it. */
  readonly aliases?: AliasStore;
  /** What is told of what the coordinator does by itself: nowhere, without it. */
  readonly audit?: AuditLog;
  /** Where it is kept how devices behave: nowhere, without it. */
  readonly marks?: MarkStore;
  /** Takes the place of the step from a sum to a version. */
  readonly makeVersion?: (real: MakeVersion) => MakeVersion;
  /** What makes versions without devices: nothing, without it. */
  readonly central?: CentralStage;
}

function nothingLeft(store?: MemoryRounds, audit?: AuditLog) {
  const documents = memoryDocuments();
  return { documents, history: memoryHistory(store, undefined, documents, audit), blobs: memoryBlobs() };
}

/** The rounds of one task with everything that they touch in memory, and a clock that stands still. */
export async function openFederation({
  task: change,
  model = zeros,
  seed = 1,
  store,
  start,
  ledger = memoryPrivacy(),
  runStore = runsIn(memoryDocuments()),
  aliases = aliasesIn(memoryDocuments()),
  audit = memoryAudit(),
  marks,
  makeVersion,
  central,
  left,
}: FederationOptions = {}) {
  const task = valuesTask(change);
  const clock = new VirtualClock(start);
  const random = seededRandom(seed);
  const events = new CoordinatorEvents();
  const moments = new MomentActions(events);
  const faults: unknown[] = [];
  const records: RoundRecord[] = [];
  events.on('fault', (where, error) => faults.push([where, error]));
  events.on('round-ended', record => records.push(record));
  const kept = left ?? nothingLeft(store, audit);
  const { history } = kept;
  const queryResults = queryResultsIn(kept.documents);
  const registry = new Registry(kept.blobs, history, aliases);
  if (!left) await storeFirstVersion(task, model, registry, history, clock);
  const channel = new MemoryChannel();
  const enrolled = { devices: Number.POSITIVE_INFINITY };
  let accountsRead = () => {};
  const privacy = memoryBudgets({
    random,
    clock,
    ledger,
    enrolled: () => enrolled.devices,
    accountsRead: () => accountsRead(),
    failed: error => faults.push(['reading accounts', error]),
  });
  await privacy.open(task.name);
  let opened: TaskRounds | undefined;
  const runs = await openTrainingRuns(task, {
    store: runStore,
    history,
    clock,
    random,
    events,
    rounds: () => opened,
  });
  const { rounds, pool, checkIns, conduct } = openTaskRounds(task, {
    runs,
    central,
    marks,
    registry,
    queryResults,
    clock,
    random,
    jitter: random,
    unmasker,
    channel,
    activePopulation: { of: () => ({ population: 0, connected: 0 }) },
    history,
    store,
    makeVersion: taskOf => {
      const make = versionMaker(taskOf, registry, clock, privacy, (...step) =>
        events.emit('closing-step', ...step),
      );
      return makeVersion?.(make) ?? make;
    },
    privacy,
    named: () => undefined,
    versions: async () =>
      (await history.versions(task.name, Number.POSITIVE_INFINITY, 16)).map(({ model }) => model),
    inUse: async () =>
      (await history.versions(task.name, Number.POSITIVE_INFINITY, 2)).map(({ model }) => model),
    traffic: () => ({ up: 0, down: 0 }),
    enrolled: () => enrolled.devices,
    moments,
    events,
  });
  await conduct.open();
  opened = rounds;
  accountsRead = () => rounds.poolChanged();
  return {
    task,
    runs,
    runStore,
    clock,
    events,
    moments,
    faults,
    records,
    history,
    kept,
    queryResults,
    aliases,
    privacy,
    registry,
    channel,
    pool,
    rounds,
    checkIns,
    conduct,
    enrolled,
    /** A device connects and checks in. */
    checkIn(device: DeviceId, answers?: string[]) {
      channel.connected.add(device);
      return checkIns.answer(
        device,
        { task: task.name, conditions: {}, ...(answers && { answers }) },
        '0.1.0',
      );
    },
    connect(device: DeviceId) {
      channel.connected.add(device);
      rounds.current?.back(device);
    },
    disconnect(device: DeviceId) {
      channel.connected.delete(device);
      pool.remove(device);
      rounds.current?.away(device);
    },
  };
}

export type Federation = Awaited<ReturnType<typeof openFederation>>;
