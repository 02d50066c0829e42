import type { AuditEntry } from './audit.ts';

/** Key of one document. */
export interface DocumentKey {
  /** Kind; each feature has its own kinds, whose names never change. */
  readonly kind: string;
  /** Owner, such as a task or a model; empty for none. */
  readonly scope: string;
  readonly key: string;
}

/** JSON value under a key; its numbers may also be NaN, infinite and −0. */
export interface Document<Value = unknown> extends DocumentKey {
  /** Integer by which documents are ordered: a number, or a time in ms since 1970. */
  readonly at: number;
  readonly value: Value;
}

/** Changes made in one transaction, in this order. */
export interface DocumentChange {
  readonly remove?: readonly DocumentKey[];
  /** Removes the documents of a kind whose `at` is at most `until`. */
  readonly forget?: { readonly kind: string; readonly until: number };
  /** Adds documents, or replaces those with the same key. */
  readonly put?: readonly Document[];
  /** Adds documents unless there is one with the same key. */
  readonly add?: readonly Document[];
  /** Removes all but the newest `most` documents of a kind and scope. */
  readonly newest?: Omit<DocumentKey, 'key'> & { readonly most: number };
  /** Entries of the audit log to append. */
  readonly entries?: readonly AuditEntry[];
}

/** Filter of the listed documents of a kind. */
export interface DocumentQuery {
  readonly scope?: string;
  readonly keys?: readonly string[];
  /** Lists only documents whose `at` is below this. */
  readonly before?: number;
  readonly limit?: number;
}

/** Store for features that need no table of their own. All methods throw `storage.*`. */
export interface Documents {
  get<Value>(kind: string, scope: string, key: string): Promise<Value | undefined>;
  /** Lists documents, newest first; those of one time by scope and key. */
  list<Value>(kind: string, query?: DocumentQuery): Promise<readonly Document<Value>[]>;
  /** Applies a change durably; returns how many documents of `remove` existed. */
  change(change: DocumentChange): Promise<number>;
}
