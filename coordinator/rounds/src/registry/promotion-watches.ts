import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Documents } from '../operators/documents.ts';

/** Sums of a figure for which larger is worse. */
export interface BadSums {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * Watch of an automatically promoted version that may be taken back automatically, with its figures so far.
 */
export interface PromotionWatch {
  readonly task: TaskName;
  readonly from: { readonly number: number; readonly model: ModelHash };
  readonly to: { readonly number: number; readonly model: ModelHash };
  /** ms since 1970. */
  readonly startedAt: number;
  /**
   * Map from a rule's metric to the figures of the version before, up to the promotion, and of the new one
   * since.
   */
  readonly figures: Readonly<Record<string, { readonly before: BadSums; readonly since: BadSums }>>;
}

/** Store of the watches, at most one per task. */
export type PromotionWatchStore = ReturnType<typeof promotionWatchesIn>;

export function promotionWatchesIn(documents: Documents) {
  const kind = 'promotion-watch';
  return {
    async all(): Promise<readonly PromotionWatch[]> {
      return (await documents.list<PromotionWatch>(kind)).map(({ value }) => value);
    },
    /** Adds a watch, or replaces the task's. */
    async put(watch: PromotionWatch): Promise<void> {
      await documents.change({ put: [{ kind, scope: watch.task, key: '', at: 0, value: watch }] });
    },
    async remove(task: TaskName): Promise<void> {
      await documents.change({ remove: [{ kind, scope: task, key: '' }] });
    },
  };
}
