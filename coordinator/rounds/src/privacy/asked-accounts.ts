import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Task } from '../task/task.ts';
import { type DeviceAccountPorts, DeviceAccounts, type OutOf } from './device-accounts.ts';
import type { OpenBudget, PrivacyLedger } from './ledger.ts';

/** ms after which reading is tried again if the ledger could not be read. */
const untilAgain = 1_000;

export interface AskedAccountPorts extends DeviceAccountPorts {
  readonly ledger: Pick<PrivacyLedger, 'budgets' | 'parts' | 'partsOf'>;
  readonly clock: Clock;
  /** Called when the ledger could not be read; reading is tried again. */
  readonly failed: (error: unknown) => void;
  /** Called when all accounts are read, if that took longer than opening them. */
  readonly read: () => void;
}

/** Devices that are looked up in the ledger together. */
interface Batch {
  readonly devices: Set<DeviceId>;
  /** Never rejects. */
  readonly answered: Promise<void>;
}

/**
 * Accounts of the devices of a task, or of a part of its rounds, that can be used at once. They are read in
 * the background; until then, the ledger is asked about each device that checks in. Its answer holds until
 * another step is taken. A process that takes all steps reports them itself (`took`); otherwise it looks for
 * them before each round (`follow`).
 */
export class AskedAccounts {
  readonly #task: TaskName;
  readonly #accounts: DeviceAccounts;
  readonly #ports: AskedAccountPorts;
  #batch: Batch | undefined;
  /** End of the questions so far. */
  #asked: Promise<void> = Promise.resolve();
  #reading: Promise<void> | undefined;
  #wake: () => void = () => {};
  #isClosed = false;

  /** Starts without accounts; `isOwn` is that of `DeviceAccounts`. */
  constructor(task: TaskName, ports: AskedAccountPorts, isOwn?: (device: DeviceId) => boolean) {
    this.#task = task;
    this.#accounts = new DeviceAccounts(task, ports, isOwn);
    this.#ports = ports;
  }

  get size(): number {
    return this.#accounts.size;
  }

  get out(): number {
    return this.#accounts.out;
  }

  outOf(task: Pick<Task, 'privacy'>, device: DeviceId): OutOf | undefined {
    return this.#accounts.outOf(task, device);
  }

  took(budget: string, step: number, contributors: readonly DeviceId[]): void {
    this.#accounts.took(budget, step, contributors);
  }

  /**
   * Reads the beginning of the parts in the newest budget; the rest is read in the background. Throws
   * `storage.*`.
   */
  async read(newest: OpenBudget | undefined): Promise<void> {
    const isAll = await this.#accounts.read(newest, undefined, 1);
    if (isAll || this.#isClosed) return;
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
  }

  /**
   * Reads all steps that other processes have taken, at least those before `plan`. Devices that were looked
   * up before have to be looked up again, and those that are `waiting` are known when this resolves. Throws
   * `storage.*`.
   */
  async follow(
    waiting: () => Iterable<DeviceId>,
    plan?: Pick<PlanPrivacy, 'budget' | 'step'>,
  ): Promise<void> {
    const accounts = this.#accounts;
    if (!accounts.isRead) {
      const known = accounts.budget;
      if (!plan || known?.id !== plan.budget || known.steps < plan.step) await this.#look();
      const unknown = [...waiting()].filter(device => !accounts.knows(device));
      if (unknown.length > 0) await this.#learn(unknown);
    }
    // The last page may have come meanwhile, from before these steps.
    if (accounts.isRead) await accounts.follow(plan, () => !this.#isClosed);
  }

  /**
   * Resolves once the ledger was asked about a device, even if it gave no answer; undefined if the device's
   * account is known, or is not needed.
   */
  untilKnown({ privacy }: Pick<Task, 'privacy'>, device: DeviceId): Promise<void> | undefined {
    if (!privacy || this.#isClosed || this.#accounts.knows(device)) return undefined;
    this.#batch ??= this.#nextBatch();
    this.#batch.devices.add(device);
    return this.#batch.answered;
  }

  /** Stops reading; resolves once the ledger is no longer read. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#reading;
    await this.#asked;
  }

  /** Returns the batch of devices that check in while the ledger answers the question before. */
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
    try {
      await this.#learn(devices);
    } catch (error) {
      if (!this.#isClosed) this.#ports.failed(error);
    }
  }

  async #learn(devices: readonly DeviceId[]): Promise<void> {
    const accounts = this.#accounts;
    while (!this.#isClosed && !accounts.isRead) {
      const { budget } = accounts;
      if (!budget) {
        await this.#look();
        continue;
      }
      if (!budget.terms) return;
      const parts = await this.#ports.ledger.partsOf(budget.id, devices);
      // The parts of a step that was taken meanwhile may be missing.
      if (accounts.budget === budget) return accounts.learn(devices, parts);
    }
  }

  async #look(): Promise<void> {
    const newest = (await this.#ports.ledger.budgets(this.#task)).at(-1);
    this.#accounts.notice(newest);
    if (!this.#reading && !this.#accounts.isRead) await this.read(newest);
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
