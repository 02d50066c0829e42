import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { DeviceNoise } from '../task/device-noise.ts';
import type { TaskPrivacy } from '../task/task-privacy.ts';

/** What a budget was begun with. */
export interface BudgetTerms extends TaskPrivacy {
  /** Where devices add the noise: how much, for the model and the plans of the budget. */
  readonly noise?: DeviceNoise;
  /** Values of the model, where noise is remembered for each of them. */
  readonly values?: number;
}

/** A privacy budget of a task, as it was begun. */
export interface Budget {
  readonly id: string;
  readonly task: TaskName;
  /** The query of the task whose answers it is for; left out of that of versions. */
  readonly query?: string;
  /** null: versions that were released without noise, so that no ε holds from then on. */
  readonly terms: BudgetTerms | null;
  /** ms since 1970. */
  readonly openedAt: number;
}

/** A budget, and how much of it is spent. */
export interface OpenBudget extends Budget {
  /** Steps that rounds have taken. */
  readonly steps: number;
  /** Updates in the sum of each step. */
  readonly counted: readonly number[];
}

/** The parts of a device in a budget. */
export interface Parts {
  /** The step of its last part. */
  readonly step: number;
  readonly parts: number;
}

/** The parts of one device. */
export interface DevicePart extends Parts {
  readonly device: DeviceId;
}

/** A place in the parts of a budget, which are in the order of the steps of last parts, and of ids where these are the same. */
export type PartsPlace = Pick<DevicePart, 'step' | 'device'>;

/** Which part of that list is asked for. */
export interface PageOfParts {
  /** What comes after this place; the beginning of the list where it is left out. */
  readonly after?: PartsPlace | undefined;
  /** At most so many. */
  readonly limit: number;
  /** Only those that keep a device from a step; all of them where it is left out. */
  readonly keeping?: KeepingParts | undefined;
}

/** Parts that may keep a device from the next step: the last one is too young, or there are as many as a device may have. */
export interface KeepingParts {
  /** The last one was in this step, or a later one. */
  readonly since: number;
  /** So many at least; left out where no device can have had that many. */
  readonly parts?: number | undefined;
}

/** A step of a budget that a round takes. */
export interface Claim {
  readonly budget: string;
  readonly step: number;
  readonly round: RoundId;
  /** The secret of the step's noise, 32 bytes. */
  readonly seed: Uint8Array;
  /** Those whose updates are in the sum, and of whom a part is kept. */
  readonly contributors: readonly DeviceId[];
  /** How many are in the sum, where nobody's part is kept. */
  readonly counted?: number;
  /** The first step whose secret is still needed: with what noise remembered before it. */
  readonly oldest: number;
}

/** What was spent, for ever: no rollback of versions takes anything back. */
export interface PrivacyLedger {
  /** Those of a task for versions, oldest first. */
  budgets(task: TaskName): Promise<readonly OpenBudget[]>;
  /** Those for the answers to its queries, also to such that the task has no more, oldest first. */
  queryBudgets(task: TaskName): Promise<readonly (OpenBudget & { readonly query: string })[]>;
  /** Begins a budget, in one transaction with overwriting all secrets of those before it, of the task, or of the query. */
  open(budget: Budget): Promise<void>;
  /** A page of the parts of all devices, by the step of the last one: who takes part again moves to the end. */
  parts(budget: string, page: PageOfParts): Promise<readonly DevicePart[]>;
  /** The parts of these devices, without those that had none. */
  partsOf(budget: string, devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, Parts>>;
  /**
   * Takes the next step of a budget for a round, in one transaction: its secret, and a part for each contributor; secrets before `oldest`,
   * and what noise remembered before that step, are overwritten. The secrets by step, those of past steps too. The same round takes it once: whoever claims it again gets the secret that
   * was kept. Throws `round.closed` where another round has the step, where it is not the next one, or where a device would have a part in it sooner or
   * more often than the terms of the budget allow: whatever a process knows of earlier parts, the ledger takes none that is too much.
   */
  claim(claim: Claim): Promise<ReadonlyMap<number, Uint8Array>>;
  /** Keeps what the noise of a budget remembers before a step, all or nothing; it is as secret as the seeds. Kept once, it stays as it was. */
  remember(budget: string, step: number, memory: Uint8Array): Promise<void>;
  /** The last step up to `step` before which there is something kept; 0: nothing is. */
  rememberedBefore(budget: string, step: number): Promise<number>;
  /** What was kept before exactly that step; undefined where nothing was. */
  memory(budget: string, step: number): Promise<Uint8Array | undefined>;
  /** Overwrites all secrets of a budget, of which nothing is released any more. */
  erase(budget: string): Promise<void>;
}
