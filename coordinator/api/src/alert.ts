import * as z from 'zod';
import { instant, taskName, text } from './scalars.ts';

/** Rules that fire alerts. */
export const alertRules = [
  'rounds-failing',
  'rounds-delayed',
  'figure-fell',
  'no-eligible-devices',
  'disk-filling',
  'storage-silent',
  'version-unreadable',
  'protection-weakened',
  'many-enrolments',
  'outdated-devices',
  'clock-stepped',
  'data-drifted',
] as const;
export type AlertRule = (typeof alertRules)[number];

export const severities = ['critical', 'warning'] as const;
export type Severity = (typeof severities)[number];

export const alert = z.object({
  id: z.string().describe('The same from the first notice to the one that it is over'),
  rule: z.enum(alertRules),
  severity: z
    .enum(severities)
    .describe('critical: no version is made, or soon none can be, or devices are protected less'),
  task: taskName.nullable().describe('null: of the whole coordinator'),
  summary: z.string().describe('One sentence: what is wrong, with its figures'),
  advice: z.string().describe('One sentence: what to do'),
  page: z.string().describe('Where the dashboard shows it, such as `/#/fleet/rounds/keyboard`'),
  since: instant,
  resolvedAt: instant.nullable(),
  acknowledged: z
    .object({ by: z.string(), at: instant })
    .nullable()
    .describe('The operator who looks after it; null where nobody said so since the coordinator started'),
  silencedUntil: instant
    .nullable()
    .describe('Until then webhooks hear nothing of alerts of this rule and task; null: they do'),
});
export type AlertMessage = z.infer<typeof alert>;

/** POST /v1/admin/alerts/acknowledge */
export const acknowledge = z.strictObject({ id: text(400).min(1) });

/** POST /v1/admin/alerts/silence */
export const silence = z.strictObject({
  id: text(400).min(1).describe('Of a firing alert: all of its rule and task are silenced'),
  minutes: z.int().min(0).max(43_200).describe('From now on; 0 ends a silence'),
});

/** POST /v1/admin/webhooks/test */
export const webhookTest = z.strictObject({ host: text(300).min(1) });

/** Outcome of a test notice. */
export const webhookOutcome = z.object({
  isDelivered: z.boolean(),
  failure: z.string().nullable().describe('Why not; null where it was delivered'),
});
export type WebhookOutcome = z.infer<typeof webhookOutcome>;

/** GET /v1/admin/alerts */
export const alerts = z.object({
  firing: z.array(alert),
  resolved: z.array(alert).describe('Those over since the start of the process, newest first, 50 at most'),
  rules: z.array(
    z.object({
      rule: z.enum(alertRules),
      condition: z.string().nullable().describe('When it fires, in words; null: it is switched off'),
    }),
  ),
  webhooks: z
    .array(
      z.object({
        host: z.string(),
        deliveredAt: instant.nullable(),
        failure: z.string().nullable().describe('Why the last attempt failed; null where it did not'),
      }),
    )
    .describe('Where notices go; addresses and secrets are left out'),
});
export type Alerts = z.infer<typeof alerts>;
