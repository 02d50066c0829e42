import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { hashPattern, looks } from '@murmuration/protocol/ids/ids';
import { trainingSettings } from '@murmuration/protocol/messages/plan';
import type { Job } from '@murmuration/simulations/workers/jobs';
import * as z from 'zod';
import { safeParse } from 'zod/mini';

/** The jobs that any worker may do, as they need nothing of the jobs before them. */
export type FarJob = Extract<Job, { kind: 'train' | 'measure' | 'measure-client' }>;

export function isFar(job: Job): job is FarJob {
  return job.kind === 'train' || job.kind === 'measure' || job.kind === 'measure-client';
}

/** Characters of a job; models and corrections are blobs, which it names. */
const longest = 65_536;

const hash = z.string().regex(hashPattern, `expected ${looks.hash}`);
const whole = z.int().min(0).max(1_000_000_000);
/** The `model.json`, which names the weights. */
const model = { model: hash } as const;

/** A job as it goes through the queue. */
const queuedJob = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('train'),
    ...model,
    client: whole,
    settings: z.custom<z.output<typeof trainingSettings>>(
      value => safeParse(trainingSettings, value).success,
      'expected training settings',
    ),
    /** Of a training with one (SCAFFOLD): little-endian float32. */
    correction: hash.nullable(),
  }),
  z.strictObject({ kind: z.literal('measure'), ...model, from: whole, to: whole }),
  z.strictObject({ kind: z.literal('measure-client'), ...model, client: whole }),
]);
export type QueuedJob = z.output<typeof queuedJob>;

/** Checks a job, on its way into the queue and out of it. Throws `request.invalid`, and `request.too-large` for one above 64 KiB. */
export function readJob(data: unknown): QueuedJob {
  const read = queuedJob.safeParse(data);
  if (!read.success)
    throw new MurmurationError(
      'request.invalid',
      `This is no job of the queue. ${whyUnfit(queuedJob, data, 'The job')}`,
    );
  const { length } = JSON.stringify(read.data);
  if (length <= longest) return read.data;
  throw new MurmurationError(
    'request.too-large',
    `A job for workers has at most ${longest} characters; this one has ${length}.`,
  );
}

/** The name of a job: its number, and how often it was handed over before. */
export function nameOf(number: number, attempt: number): string {
  return `job-${number}-${attempt}`;
}

/** The number in a name; undefined for a name of another form. */
export function numberOf(name: string): { readonly number: number; readonly attempt: number } | undefined {
  const [, number, attempt] = /^job-(\d{1,15})-(\d{1,6})$/.exec(name) ?? [];
  return number === undefined ? undefined : { number: Number(number), attempt: Number(attempt) };
}
