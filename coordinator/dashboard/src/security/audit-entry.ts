import type { AuditAction } from '@murmuration/api/audit';

/** As GET /v1/admin/audit lists them. */
export interface AuditEntry {
  readonly number: number;
  readonly time: string;
  readonly actor: { readonly id: string; readonly name: string };
  readonly action: AuditAction;
  readonly subject: string;
  /** `done`, the code with which it failed, or `begun` where neither is known. */
  readonly outcome: string;
  /** null of what changes no values. */
  readonly changes:
    | readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[]
    | null;
}
