import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import type { Clock } from '@murmuration/protocol/ports';
import type { CoordinatorEvents } from '../events.ts';
import { GatheredWrites } from '../storage/gathered-writes.ts';
import type { History } from './ports.ts';
import type { VerdictStore, Verdicts } from './verdicts.ts';

/** Versions whose verdicts are taken at the same time; the one that was heard of longest ago gives way. */
const mostModels = 16;
/** Devices whose verdict on one version counts. */
const mostDevices = 65_536;

interface Judged {
  readonly devices: Set<DeviceId>;
  /** Not written yet. */
  pending: Verdicts;
}

/** Counts what devices say of the versions of their task: each device once a version, as long as this process remembers. */
export class VerdictRecorder {
  readonly #store: VerdictStore;
  readonly #history: Pick<History, 'version'>;
  readonly #events: CoordinatorEvents;
  readonly #writes: GatheredWrites;
  /** The least recently heard of first. */
  readonly #judged = new Map<ModelHash, Judged>();

  constructor(
    store: VerdictStore,
    history: Pick<History, 'version'>,
    events: CoordinatorEvents,
    clock: Clock,
  ) {
    this.#store = store;
    this.#history = history;
    this.#events = events;
    this.#writes = new GatheredWrites(() => this.#write(), clock);
  }

  /** Takes the verdicts of a check-in; those on what is no version of its task are ignored. */
  async take(device: DeviceId, { task, verdicts = [] }: Pick<CheckIn, 'task' | 'verdicts'>): Promise<void> {
    for (const { model, verdict } of verdicts) {
      try {
        if (!(await this.#isOf(task, model))) continue;
      } catch (error) {
        this.#events.emit('fault', 'looking up a judged version', error);
        continue;
      }
      await this.#count(device, model, verdict);
    }
  }

  /** Writes what is gathered; what can't be written is kept for the next time. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Writes what is gathered for the last time; what can't be written now is lost. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  async #isOf(task: TaskName, model: ModelHash): Promise<boolean> {
    return this.#judged.has(model) || (await this.#history.version(model))?.task === task;
  }

  async #count(device: DeviceId, model: ModelHash, verdict: 'kept' | 'refused'): Promise<void> {
    const judged = this.#judged.get(model) ?? { devices: new Set(), pending: none };
    this.#judged.delete(model);
    this.#judged.set(model, judged);
    if (judged.devices.has(device) || judged.devices.size >= mostDevices) return;
    judged.devices.add(device);
    judged.pending = { ...judged.pending, [verdict]: judged.pending[verdict] + 1 };
    this.#writes.schedule();
    if (this.#judged.size > mostModels) {
      await this.flush();
      this.#judged.delete(this.#judged.keys().next().value!);
    }
  }

  async #write(): Promise<void> {
    const counts = new Map<ModelHash, Verdicts>();
    for (const [model, { pending }] of this.#judged) if (pending !== none) counts.set(model, pending);
    if (counts.size === 0) return;
    try {
      await this.#store.add(counts);
      for (const [model, { kept, refused }] of counts) {
        const judged = this.#judged.get(model);
        if (!judged) continue;
        const left = { kept: judged.pending.kept - kept, refused: judged.pending.refused - refused };
        judged.pending = left.kept + left.refused > 0 ? left : none;
      }
    } catch (error) {
      this.#events.emit('fault', 'counting verdicts on versions', error);
      this.#writes.schedule();
    }
  }
}

const none: Verdicts = { kept: 0, refused: 0 };
