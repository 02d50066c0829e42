import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { describeIssues, wrongTask } from '../configuration/config-error.ts';
import { type FeedbackExamplesSource, feedbackSchema, isFromFeedback } from './from-feedback.ts';

const centralSchema = z.strictObject({
  kind: z.literal('central'),
  examples: z
    .union([
      z.instanceof(URL, {
        error: 'expected the URL of a module, such as new URL("./examples.ts", import.meta.url)',
      }),
      z.url('expected the URL of a module, such as new URL("./examples.ts", import.meta.url)'),
    ])
    .transform(String),
  /** Request logs from which the module makes examples; null if it reads its own. */
  feedback: feedbackSchema.nullable().default(null),
  data: z.unknown().optional(),
  versions: z.int().min(1).max(1_000_000).nullable().default(null),
  counted: duration.refine(span => span >= 1_000, 'expected a second at least').default(600_000),
});

/** Training on the coordinator's own examples, made by `central(…)`. */
export type CentralTraining = z.output<typeof centralSchema>;

/** Options of `central`. */
export interface CentralOptions {
  /**
   * Module whose default export is a `CentralExamples`, loaded in a worker thread; or requests with their
   * outcomes, made by `fromFeedback`.
   */
  readonly examples: URL | string | FeedbackExamplesSource;
  /** Value passed to the module's functions as a structured clone. */
  readonly data?: unknown;
  /**
   * Number of first versions that the coordinator trains; devices continue from the last of them. Without
   * it, no device ever trains.
   */
  readonly versions?: number;
  /**
   * Time between counts of the module's examples while a trigger waits for new ones; 10 minutes by default.
   */
  readonly counted?: number | string;
}

/**
 * Trains on the coordinator's own examples with the plan's settings: one version per round. Throws
 * `config.invalid`.
 */
export function central(options: CentralOptions): CentralTraining {
  const { examples } = options;
  const source = isFromFeedback(examples)
    ? { examples: examples.module, feedback: examples.feedback }
    : { examples };
  const parsed = centralSchema.safeParse({ ...options, ...source, kind: 'central' }, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError('config.invalid', describeIssues('central(…)', parsed.error, options));
}

export function isCentral(value: unknown): value is CentralTraining {
  if (!centralSchema.safeParse(value).success) return false;
  const { versions, counted } = value as Partial<CentralTraining>;
  return versions !== undefined && typeof counted === 'number';
}

/** True if no device ever trains the task. */
export function isCentralOnly(training: CentralTraining | null | undefined): boolean {
  return training?.versions === null;
}

/** Fields for devices; a task that no device trains must leave them out. */
const ofDevices = [
  'update',
  'masking',
  'privacy',
  'cohort',
  'fleet',
  'eligibility',
  'uploadSlot',
  'strategy',
] as const;
export type DeviceField = (typeof ofDevices)[number];

/**
 * Fills in the device fields of a task that no device trains. Throws `config.invalid` if the definition sets
 * one of them.
 */
export function withoutDevices<Input>(input: Input): Input {
  if (typeof input !== 'object' || input === null) return input;
  const given = input as Record<string, unknown>;
  const { training } = given;
  if (!isCentral(training) || !isCentralOnly(training)) return input;
  const said = ofDevices.find(field => given[field] !== undefined);
  if (said !== undefined)
    throw wrongTask(
      `${said} is for devices, and none trains this task; leave it out, or let devices go on with versions: in central(…)`,
    );
  return {
    ...input,
    update: { clip: 1 },
    masking: 'off',
    cohort: { goal: 1, minimum: 1 },
    uploadSlot: 0,
  };
}
