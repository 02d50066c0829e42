import type { AuditEntry } from './audit.ts';

/** Names one document. */
export interface DocumentKey {
  /** Each feature has kinds of its own, whose names never change. */
  readonly kind: string;
  /** Names its owner, such as a task or a model; empty: nobody. */
  readonly scope: string;
  readonly key: string;
}

/** A value of JSON under its key; its numbers may be NaN, infinite and −0. */
export interface Document<Value = unknown> extends DocumentKey {
  /** An integer by which the newest are found: a number, or a time in ms since 1970. */
  readonly at: number;
  readonly value: Value;
}

/** Changes made at once, in this order: all of them or none. */
export interface DocumentChange {
  readonly remove?: readonly DocumentKey[];
  /** Forgets those of a kind whose `at` is this or below. */
  readonly forget?: { readonly kind: string; readonly until: number };
  /** In place of those of the same key. */
  readonly put?: readonly Document[];
  /** Unless one of the same key is there. */
  readonly add?: readonly Document[];
  /** Forgets all of a kind and a scope that are older than the newest `most`. */
  readonly newest?: Omit<DocumentKey, 'key'> & { readonly most: number };
  /** Entries of the audit log that tell of it. */
  readonly entries?: readonly AuditEntry[];
}

/** Bounds the documents of a kind that are listed. */
export interface DocumentQuery {
  readonly scope?: string;
  readonly keys?: readonly string[];
  /** Those whose `at` is below. */
  readonly before?: number;
  readonly limit?: number;
}

/** Keeps things of features that need no table of their own. All of it throws `storage.*`. */
export interface Documents {
  get<Value>(kind: string, scope: string, key: string): Promise<Value | undefined>;
  /** The newest first; those of one time by scope and key. */
  list<Value>(kind: string, query?: DocumentQuery): Promise<readonly Document<Value>[]>;
  /** Durable when it returns how many of `remove` were there. */
  change(change: DocumentChange): Promise<number>;
}
