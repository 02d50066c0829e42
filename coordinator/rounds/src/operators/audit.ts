import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';

/** Who did what. No entry holds a secret: tokens are named by their ids. */
export interface AuditEntry {
  /** ms since 1970. */
  readonly time: number;
  /** Id and name of the operator token; `local` is the command line on the machine of the storage folder. */
  readonly actor: { readonly id: string; readonly name: string };
  readonly action: AuditAction;
  /** What it was done to: the id of a token or a device, the name of a task. */
  readonly subject: string;
  /** `begun`: it is under way, or the process ended in the middle of it. */
  readonly outcome: 'begun' | 'done' | ErrorCode;
  /** What was changed, or would have been; null where the action says it all. */
  readonly changes: readonly FieldChange[] | null;
}

/** An entry and its number; numbers grow from 1 in the order of appending. */
export interface NumberedEntry extends AuditEntry {
  readonly number: number;
}

/** Grows, and changes in no other way. */
export interface AuditLog {
  /** Returns the number of the entry once it is kept. `begun`: that of the entry whose end this one tells, and which is listed no more. Throws `storage.*`. */
  append(entry: AuditEntry, begun?: number): Promise<number>;
  /** Those whose number is below `before`, newest first, without those whose end another one tells. */
  list(before: number, limit: number): Promise<readonly NumberedEntry[]>;
}
