import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Task } from '../task/task.ts';
import { type DeviceAccountPorts, DeviceAccounts, type OutOf } from './device-accounts.ts';
import type { OpenBudget, PrivacyLedger } from './ledger.ts';

/** ms after which reading goes on where the ledger could not be read. */
const untilAgain = 1_000;

export interface WholeAccountPorts extends DeviceAccountPorts {
  readonly ledger: Pick<PrivacyLedger, 'budgets' | 'parts' | 'partsOf'>;
  readonly clock: Clock;
  /** The ledger could not be read; it is tried again. */
  readonly failed: (error: unknown) => void;
  /** All accounts are read, where that took longer than opening them. */
  readonly read: () => void;
}

/** Devices about whom the ledger is asked at once. */
interface Batch {
  readonly devices: Set<DeviceId>;
  /** Never rejects. */
  readonly answered: Promise<void>;
}

/**
 * The accounts of all devices of a task whose rounds are whole, of use at once: they are read in the background, and until they are, the ledger
 * is asked about each device that checks in. Only this process takes steps of the task, so that what the ledger said of a device holds.
 */
export class WholeAccounts {
  readonly #accounts: DeviceAccounts;
  readonly #ports: WholeAccountPorts;
  #batch: Batch | undefined;
  /** The end of the questions so far. */
  #asked: Promise<void> = Promise.resolve();
  #reading: Promise<void> | undefined;
  #wake: () => void = () => {};
  #isClosed = false;

  constructor(task: TaskName, ports: WholeAccountPorts) {
    this.#accounts = new DeviceAccounts(task, ports);
    this.#ports = ports;
  }

  /** As `DeviceAccounts.out`. */
  get out(): number {
    return this.#accounts.out;
  }

  /** As `DeviceAccounts.outOf`. */
  outOf(task: Pick<Task, 'privacy'>, device: DeviceId): OutOf | undefined {
    return this.#accounts.outOf(task, device);
  }

  /** As `DeviceAccounts.took`. */
  took(budget: string, step: number, contributors: readonly DeviceId[]): void {
    this.#accounts.took(budget, step, contributors);
  }

  /** Reads the beginning of the parts in a budget, the newest one; what is left of them is read in the background. Throws `storage.*`. */
  async read(newest: OpenBudget | undefined): Promise<void> {
    const isAll = await this.#accounts.read(newest, undefined, 1);
    if (isAll || this.#isClosed) return;
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
  }

  /** Resolves once the ledger was asked about a device, also where it gave no answer; undefined where its account is known. */
  untilKnown(device: DeviceId): Promise<void> | undefined {
    if (this.#isClosed || this.#accounts.knows(device)) return undefined;
    this.#batch ??= this.#nextBatch();
    this.#batch.devices.add(device);
    return this.#batch.answered;
  }

  /** Reads no more; resolves once nothing is asked of the ledger. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#reading;
    await this.#asked;
  }

  /** Those who check in while the ledger answers one question are in the next one. */
  #nextBatch(): Batch {
    const devices = new Set<DeviceId>();
    const answered = this.#asked.then(() => {
      this.#batch = undefined;
      return this.#ask([...devices]);
    });
    this.#asked = answered;
    return { devices, answered };
  }

  async #ask(devices: readonly DeviceId[]): Promise<void> {
    const { ledger, failed } = this.#ports;
    try {
      for (;;) {
        const { budget, isRead } = this.#accounts;
        if (!budget?.terms || isRead || this.#isClosed) return;
        const parts = await ledger.partsOf(budget.id, devices);
        // The parts of a step that was taken meanwhile are among them or not.
        if (this.#accounts.budget === budget) return this.#accounts.learn(devices, parts);
      }
    } catch (error) {
      if (!this.#isClosed) failed(error);
    }
  }

  async #readOn(): Promise<void> {
    const { failed, read } = this.#ports;
    for (let isAll = false; !isAll; ) {
      if (this.#isClosed) return;
      try {
        isAll = await this.#accounts.follow(undefined, () => !this.#isClosed);
      } catch (error) {
        if (this.#isClosed) return;
        failed(error);
        await this.#pause();
      }
    }
    read();
  }

  #pause(): Promise<void> {
    const { clock } = this.#ports;
    return new Promise(resolve => {
      const cancel: Cancel = clock.at(clock.now() + untilAgain, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
