import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { hashPattern, looks } from '@murmuration/protocol/ids/ids';
import { trainingSettings } from '@murmuration/protocol/messages/plan';
import type { Job } from '@murmuration/simulations/workers/jobs';
import * as z from 'zod';
import { safeParse } from 'zod/mini';

/** Jobs that any worker may do, because they depend on no earlier job. */
export type FarJob = Extract<Job, { kind: 'train' | 'measure' | 'measure-client' }>;

export function isFar(job: Job): job is FarJob {
  return job.kind === 'train' || job.kind === 'measure' || job.kind === 'measure-client';
}

/** Maximum characters of a job; models and corrections are blobs to which it refers. */
const maxJobLength = 65_536;

const hash = z.string().regex(hashPattern, `expected ${looks.hash}`);
const whole = z.int().min(0).max(1_000_000_000);
/** Hash of `model.json`, which names the weights. */
const model = { model: hash } as const;

/** Job as it is queued. */
const queuedJob = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('train'),
    ...model,
    client: whole,
    settings: z.custom<z.output<typeof trainingSettings>>(
      value => safeParse(trainingSettings, value).success,
      'expected training settings',
    ),
    /** Hash of the correction of a SCAFFOLD training: little-endian float32. */
    correction: hash.nullable(),
  }),
  z.strictObject({ kind: z.literal('measure'), ...model, from: whole, to: whole }),
  z.strictObject({ kind: z.literal('measure-client'), ...model, client: whole }),
]);
export type QueuedJob = z.output<typeof queuedJob>;

/**
 * Checks a job before queueing it and after reading it.
 * @throws `request.invalid`, and `request.too-large` above 65,536 characters
 */
export function readJob(data: unknown): QueuedJob {
  const read = queuedJob.safeParse(data);
  if (!read.success)
    throw new MurmurationError(
      'request.invalid',
      `This is no job of the queue. ${whyUnfit(queuedJob, data, 'The job')}`,
    );
  const { length } = JSON.stringify(read.data);
  if (length <= maxJobLength) return read.data;
  throw new MurmurationError(
    'request.too-large',
    `A job for workers has at most ${maxJobLength} characters; this one has ${length}.`,
  );
}

/** Returns the name of a job: its number, and the count of earlier attempts. */
export function nameOf(number: number, attempt: number): string {
  return `job-${number}-${attempt}`;
}

/** Parses the name of a job; undefined if it has another form. */
export function numberOf(name: string): { readonly number: number; readonly attempt: number } | undefined {
  const [, number, attempt] = /^job-(\d{1,15})-(\d{1,6})$/.exec(name) ?? [];
  return number === undefined ? undefined : { number: Number(number), attempt: Number(attempt) };
}
