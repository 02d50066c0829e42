import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';

/** Entry of the audit log. It holds no secret: tokens appear by their ids. */
export interface AuditEntry {
  /** ms since 1970. */
  readonly time: number;
  /** Id and name of the operator token; `local` is the command line on the machine of the storage folder. */
  readonly actor: { readonly id: string; readonly name: string };
  readonly action: AuditAction;
  /** Subject of the action: id of a token or a device, or name of a task. */
  readonly subject: string;
  /** Outcome; `begun` is under way, or was cut off when the process ended. */
  readonly outcome: 'begun' | 'done' | ErrorCode;
  /** Changed fields, made or refused; null if the action has none. */
  readonly changes: readonly FieldChange[] | null;
}

/** Entry with its number; numbers grow from 1 in the order of appending. */
export interface NumberedEntry extends AuditEntry {
  readonly number: number;
}

/** Append-only log. */
export interface AuditLog {
  /**
   * Appends an entry and returns its number once it is stored. `begun` is the number of the entry that this
   * one completes, which is no longer listed. Throws `storage.*`.
   */
  append(entry: AuditEntry, begun?: number): Promise<number>;
  /**
   * Lists entries with numbers below `before`, of these actions if given, newest first, without completed
   * `begun` entries.
   */
  list(before: number, limit: number, actions?: readonly AuditAction[]): Promise<readonly NumberedEntry[]>;
}
