import type { AuditAction } from '@murmuration/api/audit';

/** Entry as listed by GET /v1/admin/audit. */
export interface ListedAuditEntry {
  readonly number: number;
  readonly time: string;
  readonly actor: { readonly id: string; readonly name: string };
  readonly action: AuditAction;
  readonly subject: string;
  /** Result `done`, the code with which it failed, or `begun` if neither is known. */
  readonly outcome: string;
  /** Changed values; null if the action changes none. */
  readonly changes:
    | readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[]
    | null;
}
