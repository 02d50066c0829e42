import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { Documents } from '../operators/documents.ts';

/** One rule of a gate, with the figures by which it was decided. */
export interface GateCheck {
  readonly rule: 'better' | 'never-worse' | 'latency-p99' | 'size';
  /** The held-out metric, where the rule is about one. */
  readonly metric: string | null;
  /** The part of the held-out examples; null: all of them. */
  readonly slice: string | null;
  /** Figures of both: of metrics, of latencies in ms, or of sizes in bytes; null: not measured. */
  readonly champion: number | null;
  readonly challenger: number | null;
  /** What the rule asks for: a difference, ms, or bytes. */
  readonly limit: number;
  /** How sure a difference is, for the better; null where no test is asked for. */
  readonly test: GateTestResult | null;
  readonly passed: boolean;
  /** As a sentence for people. */
  readonly text: string;
}

export interface GateTestResult {
  readonly kind: 'paired-bootstrap' | 'mcnemar';
  /** What was resampled or counted, and how many of them. */
  readonly units: 'examples' | 'slices';
  readonly count: number;
  /** Two-sided, of the mean difference towards the better; null of McNemar's test. */
  readonly interval: readonly [number, number] | null;
  readonly p: number;
}

/** What a gate decided about a version. */
export interface GateDecision {
  readonly task: TaskName;
  readonly number: number;
  readonly model: ModelHash;
  /** The champion that it was compared with. */
  readonly against: { readonly number: number; readonly model: ModelHash };
  /** `undecided`: something could not be measured; it is tried again at the next start, and the version is not served meanwhile. */
  readonly outcome: 'passed' | 'failed' | 'undecided';
  /** Why, where it did not pass; else null. */
  readonly reason: string | null;
  readonly checks: readonly GateCheck[];
  /** ms since 1970. */
  readonly decidedAt: number;
  /** When the version became the champion by this decision; null: it did not, or not yet. */
  readonly promotedAt: number | null;
  /** The operator whose word, or the experiment that, keeps a version that passed from becoming the champion; null: nobody's. */
  readonly heldBy: string | null;
  /** When and why it was taken back by itself; null: it was not. */
  readonly rolledBack: { readonly at: number; readonly reason: string } | null;
}

type Kept = Omit<GateDecision, 'task' | 'number'>;

/** Decisions of gates, one a version: a later one takes the place of an earlier one. */
export type GateDecisionStore = ReturnType<typeof gateDecisionsIn>;

export function gateDecisionsIn(documents: Documents) {
  const kind = 'gate-decision';
  return {
    /** In one transaction with `entries` of the audit log. */
    async put(decision: GateDecision, entries: readonly AuditEntry[] = []): Promise<void> {
      const { task, number, ...value } = decision;
      await documents.change({
        put: [{ kind, scope: task, key: String(number), at: number, value }],
        entries,
      });
    },
    /** Those on these versions of a task, by number. */
    async of(task: TaskName, numbers: readonly number[]): Promise<ReadonlyMap<number, GateDecision>> {
      const found = await documents.list<Kept>(kind, { scope: task, keys: numbers.map(String) });
      return new Map(found.map(({ at, value }) => [at, { task, number: at, ...value }]));
    },
    /** Forgets all but those on these models. */
    async retain(models: ReadonlySet<ModelHash>): Promise<void> {
      const all = await documents.list<Kept>(kind);
      await documents.change({ remove: all.filter(({ value }) => !models.has(value.model)) });
    },
  };
}
