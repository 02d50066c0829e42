import type { Role } from '@murmuration/api/role';
import type { InferenceTokenMessage, TokenState } from '@murmuration/api/token';

/** What opens what to whom. */
export type TokenKind = 'enrolment' | 'operator' | 'inference';

/** What all tokens tell of themselves. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly state: TokenState;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** As GET /v1/admin/enrolment-tokens lists them. */
export interface EnrolmentToken extends Token {
  /** Devices that have enrolled with it. */
  readonly uses: number;
  /** null: any number. */
  readonly maxUses: number | null;
}

/** As GET /v1/admin/inference-tokens lists them. */
export interface InferenceToken
  extends Token,
    Pick<InferenceTokenMessage, 'rights' | 'models' | 'rate' | 'quota'> {}

/** As GET /v1/admin/operator-tokens lists them. */
export interface OperatorToken extends Token {
  readonly role: Role;
}
