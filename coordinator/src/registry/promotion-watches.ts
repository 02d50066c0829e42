import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';

/** Sums of a figure in which more is worse. */
export interface BadSums {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** A version that was promoted by itself and may be taken back by itself, with what is known so far. */
export interface PromotionWatch {
  readonly task: TaskName;
  readonly from: { readonly number: number; readonly model: ModelHash };
  readonly to: { readonly number: number; readonly model: ModelHash };
  /** ms since 1970. */
  readonly startedAt: number;
  /** By the metric of a rule: of the version before, up to the promotion, and of the new one since. */
  readonly figures: Readonly<Record<string, { readonly before: BadSums; readonly since: BadSums }>>;
}

/** At most one a task. */
export interface PromotionWatchStore {
  all(): Promise<readonly PromotionWatch[]>;
  /** In place of the one before. */
  put(watch: PromotionWatch): Promise<void>;
  remove(task: TaskName): Promise<void>;
}
