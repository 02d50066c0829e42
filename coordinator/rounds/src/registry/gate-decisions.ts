import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { Documents } from '../operators/documents.ts';

/** Result of one rule of a gate, with its figures. */
export interface GateCheck {
  readonly rule: 'better' | 'never-worse' | 'latency-p99' | 'size';
  /** Held-out metric of the rule; null for other rules. */
  readonly metric: string | null;
  /** Part of the held-out examples; null for all of them. */
  readonly slice: string | null;
  /** Figures of both versions: metrics, latencies in ms, or sizes in bytes; null if not measured. */
  readonly champion: number | null;
  readonly challenger: number | null;
  /** Limit of the rule: a difference, ms, or bytes. */
  readonly limit: number;
  /** Result of the test on the difference; null if the gate has no test. */
  readonly test: GateTestResult | null;
  readonly passed: boolean;
  /** Result as a sentence for people. */
  readonly text: string;
}

export interface GateTestResult {
  readonly kind: 'paired-bootstrap' | 'mcnemar';
  /** Units that were resampled or counted, and their number. */
  readonly units: 'examples' | 'slices';
  readonly count: number;
  /** Two-sided interval of the mean difference, positive for the better; null for McNemar's test. */
  readonly interval: readonly [number, number] | null;
  readonly p: number;
}

/** Decision of a gate about a version. */
export interface GateDecision {
  readonly task: TaskName;
  readonly number: number;
  readonly model: ModelHash;
  /** Champion that the version was compared with. */
  readonly against: { readonly number: number; readonly model: ModelHash };
  /**
   * Outcome; `undecided` if something could not be measured: it is tried again at the next start, and the
   * version is not served until then.
   */
  readonly outcome: 'passed' | 'failed' | 'undecided';
  /** Reason why it did not pass; else null. */
  readonly reason: string | null;
  readonly checks: readonly GateCheck[];
  /** ms since 1970. */
  readonly decidedAt: number;
  /** Time when this decision made the version the champion, ms since 1970; null if it didn't, or not yet. */
  readonly promotedAt: number | null;
  /**
   * Operator or experiment that keeps a version that passed from becoming the champion; null if there is
   * none.
   */
  readonly heldBy: string | null;
  /** Time and reason of an automatic rollback; null if there was none. */
  readonly rolledBack: { readonly at: number; readonly reason: string } | null;
}

type Kept = Omit<GateDecision, 'task' | 'number'>;

/** Store of gates' decisions, one per version; a later decision replaces an earlier one. */
export type GateDecisionStore = ReturnType<typeof gateDecisionsIn>;

export function gateDecisionsIn(documents: Documents) {
  const kind = 'gate-decision';
  return {
    /** Stores a decision in one transaction with `entries` of the audit log. */
    async put(decision: GateDecision, entries: readonly AuditEntry[] = []): Promise<void> {
      const { task, number, ...value } = decision;
      await documents.change({
        put: [{ kind, scope: task, key: String(number), at: number, value }],
        entries,
      });
    },
    /** Returns the decisions about these versions of a task, by number. */
    async of(task: TaskName, numbers: readonly number[]): Promise<ReadonlyMap<number, GateDecision>> {
      const found = await documents.list<Kept>(kind, { scope: task, keys: numbers.map(String) });
      return new Map(found.map(({ at, value }) => [at, { task, number: at, ...value }]));
    },
    /** Removes all decisions except those about these models. */
    async retain(models: ReadonlySet<ModelHash>): Promise<void> {
      const all = await documents.list<Kept>(kind);
      await documents.change({ remove: all.filter(({ value }) => !models.has(value.model)) });
    },
  };
}
