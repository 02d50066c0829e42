import * as z from 'zod';
import { roles } from './role.ts';
import { instant } from './scalars.ts';

/** States of a token. */
export const tokenStates = ['valid', 'used-up', 'expired', 'revoked'] as const;
export type TokenState = (typeof tokenStates)[number];

const role = z.enum(roles);
const tokenState = z.enum(tokenStates);

/** Token with which devices enrol, as listed by GET /v1/admin/enrolment-tokens. */
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

/** Rights and limits of an inference token. */
export const inferenceTokenTerms = {
  rights: z
    .array(z.enum(['predict', 'manage', 'feedback', 'monitor', 'read']))
    .min(1)
    .max(5),
  models: z
    .array(z.string().min(1).max(128))
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe('Names of the models that it is for; null: all'),
  rate: z
    .object({ burst: z.int().min(1).max(10_000_000), perSecond: z.number().positive().max(10_000_000) })
    .nullable()
    .default(null)
    .describe('Requests at once, and a second in the long run; null: any number'),
  quota: z
    .object({ requests: z.int().min(1).max(1_000_000_000), hours: z.number().positive().max(8_784) })
    .nullable()
    .default(null)
    .describe('A stock of requests, and the hours in which an empty one is full again; null: none'),
};

/** Token with which programs ask the inference server, as listed by GET /v1/admin/inference-tokens. */
export const inferenceToken = z.object({
  id: z.string(),
  name: z.string(),
  ...inferenceTokenTerms,
  state: tokenState,
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type InferenceTokenMessage = z.infer<typeof inferenceToken>;

/** Token with which operators sign in, as listed by GET /v1/admin/operator-tokens. */
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
