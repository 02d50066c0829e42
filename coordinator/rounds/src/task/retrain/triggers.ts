import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { dueAfter, isCron } from '@murmuration/serving/precompute/job/schedule';
import * as z from 'zod';
import { describeIssues } from '../../configuration/config-error.ts';
import { Secret } from '../../tokens/secret.ts';
import { webhookSecret } from '../../tokens/webhook-signature.ts';

/** Which values of a metric are the better ones. */
export const direction = z.enum(['higher', 'lower']).default('higher');

const metric = z.string().min(1).max(100);
/** Few outcomes say little. */
const atLeast = z.int().min(1).max(1_000_000_000).default(500);

export const zone = z
  .string()
  .refine(isTimezone, 'expected a time zone such as "Europe/Berlin"')
  .default('UTC');

const cronTrigger = z
  .strictObject({
    kind: z.literal('cron'),
    pattern: z.string().refine(isCron, 'expected a cron pattern such as "0 3 * * 1"'),
    timezone: zone,
  })
  .refine(({ pattern, timezone }) => dueAfter({ cron: pattern, timezone }, 0) !== null, {
    path: ['pattern'],
    error: 'expected a cron pattern that some day fits, such as "0 3 * * 1"',
    when: ({ issues }) => issues.length === 0,
  });

const driftTrigger = z.strictObject({
  kind: z.literal('drift'),
  features: z.array(z.string().min(1).max(200)).min(1).max(1_000).nullable().default(null),
  share: z.number().min(0).max(1).default(0),
});

const accuracyTrigger = z.strictObject({
  kind: z.literal('accuracy-below'),
  value: z.number(),
  metric: metric.default('accuracy'),
  better: direction,
  atLeast,
});

const fallTrigger = z.strictObject({
  kind: z.literal('accuracy-fell'),
  by: z.number().positive(),
  metric: metric.default('accuracy'),
  better: direction,
  atLeast,
});

const examplesTrigger = z.strictObject({
  kind: z.literal('new-examples'),
  count: z.int().min(1).max(1_000_000_000_000),
});

const webhookTrigger = z.strictObject({
  kind: z.literal('webhook'),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
    .default('webhook'),
  secret: z.custom<Secret>(value => value instanceof Secret, 'expected a secret'),
});

const triggerSchema = z.discriminatedUnion('kind', [
  cronTrigger,
  driftTrigger,
  accuracyTrigger,
  fallTrigger,
  examplesTrigger,
  webhookTrigger,
]);

/** Why training is due; the functions of this file make them. */
export type Trigger = z.output<typeof triggerSchema>;
export type TriggerKind = Trigger['kind'];
export type TriggerOf<Kind extends TriggerKind> = Extract<Trigger, { readonly kind: Kind }>;

export function isTrigger(value: unknown): value is Trigger {
  return triggerSchema.safeParse(value).success;
}

/** Tells a trigger from the others of its task, and from what it was before its definition changed. Holds no secret. */
export function keyOf(trigger: Trigger): string {
  if (trigger.kind === 'webhook') return `webhook ${trigger.name}`;
  const { kind, ...rest } = trigger;
  return `${kind} ${JSON.stringify(rest)}`;
}

/**
 * Training is due at the times of a cron pattern of 5 or 6 fields; once for those that were missed while the coordinator was down. `timezone`: `UTC`
 * by default. Throws `config.invalid` for a pattern that is none, or that no day fits.
 */
export function cron(pattern: string, options: { readonly timezone?: string } = {}): Trigger {
  return made('cron(…)', cronTrigger, { ...options, kind: 'cron', pattern });
}

/**
 * Training is due where inputs of the model have drifted: at least this `share` of the `features`, and one of them at least. Without
 * `features`, all that are compared. Throws `config.invalid`.
 */
export function drift(
  options: { readonly share?: number; readonly features?: readonly string[] } = {},
): Trigger {
  return made('drift(…)', driftTrigger, { ...options, kind: 'drift' });
}

/** Which live metric is meant, and from how much on it counts. */
export interface LiveMetric {
  /** `accuracy` by default. */
  readonly metric?: string;
  /** Which values are the better ones; `higher` by default. */
  readonly better?: 'higher' | 'lower';
  /** Outcomes below which nothing is concluded; 500 by default. */
  readonly atLeast?: number;
}

/**
 * Training is due where a live metric is worse than `value`, by more than chance: its whole confidence interval lies on the worse side.
 * Throws `config.invalid`.
 */
export function accuracyBelow(value: number, options: LiveMetric = {}): Trigger {
  return made('accuracyBelow(…)', accuracyTrigger, { ...options, kind: 'accuracy-below', value });
}

/**
 * Training is due where a live metric of a version is worse by more than `by` than it was when the version had its first `atLeast` outcomes,
 * in the metric's own unit, by more than chance. Throws `config.invalid`.
 */
export function accuracyWorseThanAtPromotion(options: LiveMetric & { readonly by: number }): Trigger {
  return made('accuracyWorseThanAtPromotion(…)', fallTrigger, { ...options, kind: 'accuracy-fell' });
}

/**
 * Training is due when there are so many examples more than when the last run began, of a task that is trained on the coordinator's own
 * (`central`), whose module counts them. Throws `config.invalid`.
 */
export function newExamples(count: number): Trigger {
  return made('newExamples(…)', examplesTrigger, { kind: 'new-examples', count });
}

/**
 * Training is due when a program says so, with a message signed by the `secret` (`whsec_` and 24 to 64 random bytes in base64) as the Standard
 * Webhooks specification has it. `name` is a part of its address, `webhook` by default. Throws `config.invalid`.
 */
export function webhook({ secret, name }: { readonly secret: string; readonly name?: string }): Trigger {
  const parsed = webhookSecret.safeParse(secret, { error: plainWords });
  if (!parsed.success)
    throw new MurmurationError('config.invalid', `webhook(…): secret: ${parsed.error.issues[0]!.message}.`);
  return made('webhook(…)', webhookTrigger, {
    kind: 'webhook',
    secret: parsed.data,
    ...(name !== undefined && { name }),
  });
}

function made(subject: string, schema: z.ZodType<Trigger>, input: unknown): Trigger {
  const parsed = schema.safeParse(input, { error: plainWords });
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues(subject, parsed.error, input));
  return parsed.data;
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
