import * as z from 'zod';
import { instant, taskName } from './scalars.ts';

/** What is watched for. */
export const alertRules = [
  'rounds-failing',
  'figure-fell',
  'no-eligible-devices',
  'disk-filling',
  'version-unreadable',
  'protection-weakened',
  'many-enrolments',
  'clock-stepped',
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
  page: z.string().describe('Where the dashboard shows it, such as `/#/tasks/keyboard/rounds`'),
  since: instant,
  resolvedAt: instant.nullable(),
});
export type AlertMessage = z.infer<typeof alert>;

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
