import * as z from 'zod';
import { roles } from './role.ts';
import { instant } from './scalars.ts';

/** Whether a token is valid, in one word. */
export const tokenStates = ['valid', 'used-up', 'expired', 'revoked'] as const;
export type TokenState = (typeof tokenStates)[number];

const role = z.enum(roles);
/** How it stands with a token. */
const tokenState = z.enum(tokenStates);

/** With which devices enrol, as GET /v1/admin/enrolment-tokens lists them. */
export const enrolmentToken = z.object({
  id: z.string(),
  name: z.string(),
  state: tokenState,
  uses: z.int().describe('Devices that have enrolled with it'),
  maxUses: z.int().nullable().describe('Devices that may; null: any number'),
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type EnrolmentTokenMessage = z.infer<typeof enrolmentToken>;

/** With which operators come in, as GET /v1/admin/operator-tokens lists them. */
export const operatorToken = z.object({
  id: z.string(),
  name: z.string(),
  role,
  state: tokenState,
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type OperatorTokenMessage = z.infer<typeof operatorToken>;
