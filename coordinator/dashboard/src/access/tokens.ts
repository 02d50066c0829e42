import type { Role } from '@murmuration/api/role';
import type { InferenceTokenMessage, TokenState } from '@murmuration/api/token';

/** Kind of a token: for devices, operators, or programs that ask for predictions. */
export type TokenKind = 'enrolment' | 'operator' | 'inference';

/** Fields of all tokens. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly state: TokenState;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** Token as listed by GET /v1/admin/enrolment-tokens. */
export interface ListedEnrolmentToken extends Token {
  /** Number of devices that have enrolled with it. */
  readonly uses: number;
  /** Most devices; null for any number. */
  readonly maxUses: number | null;
}

/** Token as listed by GET /v1/admin/inference-tokens. */
export interface ListedInferenceToken
  extends Token,
    Pick<InferenceTokenMessage, 'rights' | 'models' | 'rate' | 'quota'> {}

/** Token as listed by GET /v1/admin/operator-tokens. */
export interface ListedOperatorToken extends Token {
  readonly role: Role;
}
