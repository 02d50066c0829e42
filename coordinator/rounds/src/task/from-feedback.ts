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

/** Settings that select the requests, and the logs, that become examples. */
export type FeedbackSelection = z.output<typeof feedbackSchema>;

/** Requests with their outcomes as examples, made by `fromFeedback(…)`. */
export interface FeedbackExamplesSource {
  readonly kind: 'feedback';
  /** URL of the module that makes examples from them. */
  readonly module: string;
  readonly feedback: FeedbackSelection;
}

/** Options of `fromFeedback`. */
export interface FromFeedbackOptions {
  /** Module whose default export is a `FeedbackExamples`, loaded in a worker thread. */
  readonly examples: URL | string;
  /** Folder of the request log, or folders of several servers, as in `inference.log.files`. */
  readonly log: string | readonly string[];
  /** Name of the model that answered the requests. */
  readonly model: string;
  /** Greatest age of a request; without it, the whole log is used. */
  readonly within?: number | string;
  /** Most requests held in memory while they wait for their outcome; 100,000 by default. */
  readonly most?: number;
  /**
   * Share of requests, from 0 to 0.9, that is held out from training, chosen by request id;
   * `heldOutRequests` reads it. 0 by default.
   */
  readonly heldOut?: number;
}

/**
 * Makes examples from requests and their outcomes, for `examples` of `central`. The log has only what its
 * rules let be written, and nothing that was deleted from it. Throws `config.invalid`.
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
