import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { openPrecompute } from '@murmuration/serving/assembly/precompute';
import type { PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import type { Precomputation } from '@murmuration/serving/precompute/precomputation';
import type { FastifyInstance } from 'fastify';
import type { Registry as Metrics } from 'prom-client';
import type { App } from '../http/app.ts';
import type { OpenInference } from './inference.ts';

interface PrecomputeParts {
  readonly jobs: readonly PrecomputeJob[];
  readonly inference: OpenInference;
  /** The storage folder, if there is one. */
  readonly storage: string | undefined;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Runs precompute jobs on the models of the coordinator's registry, and answers their rows. Throws `config.invalid` where one has no database. */
export function openJobs(
  app: App,
  { jobs, inference: { source, ports }, storage, metrics, clock }: PrecomputeParts,
): Precomputation {
  const homeless = jobs.find(({ into }) => into === undefined);
  if (homeless && storage === undefined)
    throw new MurmurationError(
      'config.invalid',
      `The precompute job ${homeless.name} names no database, and there is no storage folder; give the job the field into.`,
    );
  return openPrecompute(
    app as unknown as FastifyInstance,
    ports,
    {
      jobs,
      into: storage === undefined ? '' : join(storage, 'precomputed.db'),
      events: { failed: (job, error) => ports.fault(`the job ${job}`, error) },
    },
    { source, metrics, clock },
  );
}
