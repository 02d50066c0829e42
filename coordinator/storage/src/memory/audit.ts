import type { AuditEntry, AuditLog, NumberedEntry } from '@murmuration/rounds/operators/audit';

export function memoryAudit(): AuditLog {
  const entries: NumberedEntry[] = [];
  const ended = new Set<number>();
  return {
    async append(entry, begun) {
      if (begun !== undefined) ended.add(begun);
      return entries.push({ ...entry, number: entries.length + 1 });
    },
    async list(before, limit, actions) {
      return entries
        .filter(({ number }) => number < before && !ended.has(number))
        .filter(({ action }) => actions?.includes(action) ?? true)
        .reverse()
        .slice(0, limit);
    },
  };
}

/** Appends entries; stores call it before the changes that the entries describe. */
export async function appendAll(
  audit: Pick<AuditLog, 'append'>,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (const entry of entries) await audit.append(entry);
}
