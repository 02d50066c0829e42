import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { dueAfter, isCron } from '@murmuration/serving/precompute/job/schedule';
import * as z from 'zod';
import { describeIssues } from '../../configuration/config-error.ts';
import { Redacted } from '../../tokens/secret.ts';
import { webhookSecret } from '../../tokens/webhook-signature.ts';

/** Direction in which a metric is better. */
const direction = z.enum(['higher', 'lower']).default('higher');

const metric = z.string().min(1).max(100);
/** Fewest outcomes to draw a conclusion from. */
const atLeast = z.int().min(1).max(1_000_000_000).default(500);

const zone = z.string().refine(isTimezone, 'expected a time zone such as "Europe/Berlin"').default('UTC');

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
  secret: z.custom<Redacted>(value => value instanceof Redacted, 'expected a secret'),
});

const triggerSchema = z.discriminatedUnion('kind', [
  cronTrigger,
  driftTrigger,
  accuracyTrigger,
  fallTrigger,
  examplesTrigger,
  webhookTrigger,
]);

/** A reason to train; the functions of this file make triggers. */
export type Trigger = z.output<typeof triggerSchema>;
export type TriggerKind = Trigger['kind'];
export type TriggerOf<Kind extends TriggerKind> = Extract<Trigger, { readonly kind: Kind }>;

export function isTrigger(value: unknown): value is Trigger {
  return triggerSchema.safeParse(value).success;
}

/**
 * Returns a key that is unique among the task's triggers and that changes with the trigger's definition. It
 * holds no secret.
 */
export function keyOf(trigger: Trigger): string {
  if (trigger.kind === 'webhook') return `webhook ${trigger.name}`;
  const { kind, ...rest } = trigger;
  return `${kind} ${JSON.stringify(rest)}`;
}

/**
 * Triggers training at the times of a cron pattern of 5 or 6 fields; once for all times missed while the
 * coordinator was down. `timezone` is `UTC` by default. Throws `config.invalid` for a pattern that is
 * invalid, or that matches no day.
 */
export function cron(pattern: string, options: { readonly timezone?: string } = {}): Trigger {
  return made('cron(…)', cronTrigger, { ...options, kind: 'cron', pattern });
}

/**
 * Triggers training if at least this `share` of the `features`, and at least one of them, has drifted.
 * Without `features`, all compared inputs of the model count. Throws `config.invalid`.
 */
export function drift(
  options: { readonly share?: number; readonly features?: readonly string[] } = {},
): Trigger {
  return made('drift(…)', driftTrigger, { ...options, kind: 'drift' });
}

/** A live metric, and the fewest outcomes for a conclusion. */
export interface LiveMetric {
  /** Name of the metric; `accuracy` by default. */
  readonly metric?: string;
  /** Direction in which the metric is better; `higher` by default. */
  readonly better?: 'higher' | 'lower';
  /** Fewest outcomes for a conclusion; 500 by default. */
  readonly atLeast?: number;
}

/**
 * Triggers training if a live metric is worse than `value` by more than chance: its whole confidence
 * interval lies on the worse side. Throws `config.invalid`.
 */
export function accuracyBelow(value: number, options: LiveMetric = {}): Trigger {
  return made('accuracyBelow(…)', accuracyTrigger, { ...options, kind: 'accuracy-below', value });
}

/**
 * Triggers training if a live metric of a version is worse by more than `by`, in the metric's own unit and
 * by more than chance, than over the version's first `atLeast` outcomes. Throws `config.invalid`.
 */
export function accuracyWorseThanAtPromotion(options: LiveMetric & { readonly by: number }): Trigger {
  return made('accuracyWorseThanAtPromotion(…)', fallTrigger, { ...options, kind: 'accuracy-fell' });
}

/**
 * Triggers training once there are `count` more examples than when the last run began. For a task trained on
 * the coordinator's own examples (`central`), whose module counts them. Throws `config.invalid`.
 */
export function newExamples(count: number): Trigger {
  return made('newExamples(…)', examplesTrigger, { kind: 'new-examples', count });
}

/**
 * Triggers training if a program sends a message signed with the `secret` (`whsec_` and 24 to 64 random
 * bytes in base64), as in the Standard Webhooks specification. `name` is part of its address, `webhook` by
 * default. Throws `config.invalid`.
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

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
