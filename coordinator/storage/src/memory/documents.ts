import type { AuditLog } from '@murmuration/rounds/operators/audit';
import type {
  Document,
  DocumentKey,
  DocumentQuery,
  Documents,
} from '@murmuration/rounds/operators/documents';
import { appendAll, memoryAudit } from './audit.ts';

/** Keeps documents in memory, until the process ends; `audit` receives the entries of changes. */
export function memoryDocuments(audit: Pick<AuditLog, 'append'> = memoryAudit()): Documents {
  const kinds = new Map<string, Map<string, Document>>();
  const of = (kind: string) => kinds.get(kind) ?? new Map<string, Document>();
  const put = (document: Document) => {
    const kept = of(document.kind);
    kinds.set(document.kind, kept.set(nameOf(document), structuredClone(document)));
  };
  const listed = (kind: string, isMeant: (document: Document) => boolean) =>
    [...of(kind).values()].filter(isMeant).sort(newestFirst);
  return {
    async get<Value>(kind: string, scope: string, key: string) {
      return of(kind).get(nameOf({ scope, key }))?.value as Value | undefined;
    },
    async list<Value>(
      kind: string,
      { scope, keys, before = Number.POSITIVE_INFINITY, limit }: DocumentQuery = {},
    ) {
      return listed(
        kind,
        document =>
          (scope === undefined || document.scope === scope) &&
          (keys === undefined || keys.includes(document.key)) &&
          document.at < before,
      ).slice(0, limit) as readonly Document<Value>[];
    },
    async change({ remove = [], forget, put: set = [], add = [], newest, entries = [] }) {
      await appendAll(audit, entries);
      const removed = remove.filter(each => of(each.kind).delete(nameOf(each))).length;
      if (forget)
        for (const each of listed(forget.kind, ({ at }) => at <= forget.until))
          of(forget.kind).delete(nameOf(each));
      for (const each of set) put(each);
      for (const each of add) if (!of(each.kind).has(nameOf(each))) put(each);
      if (newest)
        for (const each of listed(newest.kind, ({ scope }) => scope === newest.scope).slice(newest.most))
          of(newest.kind).delete(nameOf(each));
      return removed;
    },
  };
}

const nameOf = ({ scope, key }: Pick<DocumentKey, 'scope' | 'key'>) => JSON.stringify([scope, key]);

function newestFirst(a: Document, b: Document): number {
  return b.at - a.at || inOrder(a.scope, b.scope) || inOrder(a.key, b.key);
}

const inOrder = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
