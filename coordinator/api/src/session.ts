import * as z from 'zod';
import { roles } from './role.ts';
import { instant } from './scalars.ts';

/** POST /v1/admin/session: signs in with an operator token; the answer sets the cookie. */
export const signIn = z.strictObject({ token: z.string().min(1).max(256) });

/** Operator of a request's session or token. */
export const session = z.object({
  id: z.string().describe('Id of the operator token'),
  name: z.string(),
  role: z.enum(roles),
  expiresAt: instant.nullable().describe('When the session ends at the latest; null for a bearer token'),
});
export type OperatorSession = z.infer<typeof session>;
