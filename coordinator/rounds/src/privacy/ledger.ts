import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { DeviceNoise } from '../task/device-noise.ts';
import type { TaskPrivacy } from '../task/task-privacy.ts';

/** Terms with which a budget was begun. */
export interface BudgetTerms extends TaskPrivacy {
  /** Amount of noise by devices, for the model and the plans of the budget; left out if devices add none. */
  readonly noise?: DeviceNoise;
  /** Values of the model, if noise is remembered for each of them. */
  readonly values?: number;
}

export interface LedgerBudget {
  readonly id: string;
  readonly task: TaskName;
  /** Query of the task whose answers it is for; left out in a budget of versions. */
  readonly query?: string;
  /** null for versions that were released without noise, so that no ε holds from then on. */
  readonly terms: BudgetTerms | null;
  /** ms since 1970. */
  readonly openedAt: number;
}

export interface OpenBudget extends LedgerBudget {
  /** Steps that rounds have taken. */
  readonly steps: number;
  /** Updates in the sum of each step. */
  readonly counted: readonly number[];
}

export interface Parts {
  readonly step: number;
  readonly parts: number;
}

export interface DevicePart extends Parts {
  readonly device: DeviceId;
}

/** Place in the parts of a budget, which are in the order of the steps of last parts, then of ids. */
export type PartsPlace = Pick<DevicePart, 'step' | 'device'>;

export interface PageOfParts {
  /** Place after which the page begins; the beginning of the list if it is left out. */
  readonly after?: PartsPlace | undefined;
  /** Most parts in the page. */
  readonly limit: number;
  /** Filter for parts that exclude a device from a step; all parts if it is left out. */
  readonly keeping?: KeepingParts | undefined;
}

/**
 * Parts that may exclude a device from the next step: the last one is too recent, or there are as many as a
 * device may have.
 */
export interface KeepingParts {
  /** Earliest step of a last part that is too recent. */
  readonly since: number;
  /** Fewest parts; left out if no device can have had that many. */
  readonly parts?: number | undefined;
}

/** Step of a budget that a round takes. */
export interface Claim {
  readonly budget: string;
  readonly step: number;
  readonly round: RoundId;
  /** Secret of the step's noise, 32 bytes. */
  readonly seed: Uint8Array;
  /** Devices whose updates are in the sum; a part of each is stored. */
  readonly contributors: readonly DeviceId[];
  /** Number of updates in the sum, if no parts of devices are stored. */
  readonly counted?: number;
  /** First step whose secret is still needed: together with what noise remembered before it. */
  readonly oldest: number;
}

/** Permanent record of spending: no rollback of versions takes anything back. */
export interface PrivacyLedger {
  /** Returns the budgets of a task for versions, oldest first. */
  budgets(task: TaskName): Promise<readonly OpenBudget[]>;
  /**
   * Returns the budgets for the answers to a task's queries, including those that it no longer has, oldest
   * first.
   */
  queryBudgets(task: TaskName): Promise<readonly (OpenBudget & { readonly query: string })[]>;
  /**
   * Begins a budget; the same transaction overwrites all secrets of those before it, of the task or of the
   * query.
   */
  open(budget: LedgerBudget): Promise<void>;
  /**
   * Returns a page of the parts of all devices, by the step of the last one: a device that takes part again
   * moves to the end.
   */
  parts(budget: string, page: PageOfParts): Promise<readonly DevicePart[]>;
  /** Returns the parts of these devices, without those that had none. */
  partsOf(budget: string, devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, Parts>>;
  /**
   * Takes the next step of a budget for a round, in one transaction: its secret, and a part for each
   * contributor. Overwrites the secrets before `oldest`, and what noise remembered before that step. Returns
   * the secrets by step, including past steps. The same round takes it once: a repeated claim gets the stored
   * secret. Throws `round.closed` if another round has the step, if it is not the next one, or if a device
   * would have a part in it sooner or more often than the terms of the budget allow: the ledger checks that
   * itself, whatever a process knows of earlier parts.
   */
  claim(claim: Claim): Promise<ReadonlyMap<number, Uint8Array>>;
  /**
   * Stores what the noise of a budget remembers before a step, all or nothing; it is as secret as the seeds.
   * Once stored, it never changes.
   */
  remember(budget: string, step: number, memory: Uint8Array): Promise<void>;
  /** Returns the last step up to `step` before which something is stored; 0 if nothing is. */
  rememberedBefore(budget: string, step: number): Promise<number>;
  /** Returns what was stored before exactly that step; undefined if nothing was. */
  memory(budget: string, step: number): Promise<Uint8Array | undefined>;
  /** Overwrites all secrets of a budget from which nothing is released any more. */
  erase(budget: string): Promise<void>;
}
