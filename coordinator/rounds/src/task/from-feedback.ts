import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { describeIssues } from '../configuration/config-error.ts';

const folder = z.string().min(1, 'expected the folder of a request log');

export const feedbackSchema = z.strictObject({
  log: z
    .union([folder, z.array(folder).min(1).max(100)])
    .transform(folders => (Array.isArray(folders) ? folders : [folders])),
  model: z.string().min(1).max(128),
  within: duration
    .refine(span => span > 0, 'expected a time above 0')
    .nullable()
    .default(null),
  most: z.int().min(1).max(10_000_000).default(100_000),
  heldOut: z.number().min(0).max(0.9).default(0),
});

/** Which requests of which logs become examples. */
export type FeedbackSettings = z.output<typeof feedbackSchema>;

/** Requests with their outcomes as examples; `fromFeedback(…)` makes it. */
export interface FeedbackExamplesSource {
  readonly kind: 'feedback';
  /** URL of the module that makes examples of them. */
  readonly module: string;
  readonly feedback: FeedbackSettings;
}

/** What `fromFeedback` is told. */
export interface FromFeedbackOptions {
  /** A module whose default export is a `FeedbackExamples`; it is loaded in a worker thread. */
  readonly examples: URL | string;
  /** The folder of the request log, or those of several servers, as `inference.log.files` names them. */
  readonly log: string | readonly string[];
  /** The name of the model that was asked. */
  readonly model: string;
  /** Older requests are left out; without it, whatever the log has. */
  readonly within?: number | string;
  /** Requests that wait in memory for their outcome while a log is read, at most; 100,000 by default. */
  readonly most?: number;
  /** The share of requests, from 0 to 0.9, chosen by their ids, that is not trained on; `heldOutRequests` reads it. 0 by default. */
  readonly heldOut?: number;
}

/**
 * Examples made of requests and of what became of them: what the rules of the request log let be written down, and what nobody had deleted from
 * it. For `examples` of `central`. Throws `config.invalid`.
 */
export function fromFeedback({ examples, ...options }: FromFeedbackOptions): FeedbackExamplesSource {
  const parsed = feedbackSchema.safeParse(options, { error: plainWords });
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues('fromFeedback(…)', parsed.error, options));
  return { kind: 'feedback', module: String(examples), feedback: parsed.data };
}

export function isFromFeedback(value: unknown): value is FeedbackExamplesSource {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'feedback';
}
