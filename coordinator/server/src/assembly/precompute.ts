import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { openPrecompute } from '@murmuration/serving/assembly/precompute';
import { modelOf, type PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import type { Precomputation } from '@murmuration/serving/precompute/precomputation';
import type { EndedRun } from '@murmuration/serving/precompute/table/runs';
import { placeOf } from '@murmuration/storage/place';
import type { FastifyInstance } from 'fastify';
import type { OpenInference } from './inference.ts';
import type { ServedScope } from './scope.ts';

/**
 * Runs precompute jobs on the models of the coordinator's registry, and serves their rows. Throws
 * `config.invalid` if a job has no database.
 */
export function openJobs(
  { app, config: { storage }, events, metrics, clock, opened }: ServedScope,
  { source, ports }: OpenInference,
  jobs: readonly PrecomputeJob[],
): Precomputation {
  const homeless = jobs.find(({ into }) => into === undefined);
  if (homeless && storage === undefined)
    throw new MurmurationError(
      'config.invalid',
      `The precompute job ${homeless.name} names no database, and there is no storage folder; give the job the field into.`,
    );
  const taskOf = new Map(jobs.map(job => [job.name, modelOf(job).name as TaskName]));
  const tell = (
    job: string,
    { version, beganAt, endedAt, error, ...counts }: EndedRun,
    isStopped: boolean,
  ) => {
    const { read, computed, reused, failed } = counts;
    events.emit('precomputed', {
      job,
      task: taskOf.get(job) as TaskName,
      version: version === '' ? null : Number(version),
      beganAt,
      endedAt,
      error,
      isStopped,
      counts: { read, computed, reused, failed },
    });
  };
  const precomputation = openPrecompute(
    app as unknown as FastifyInstance,
    ports,
    {
      jobs,
      into: storage === undefined ? '' : databaseOf(storage),
      events: {
        ended: (job, run) => tell(job, run, false),
        failed(job, error, run) {
          tell(job, run, error instanceof MurmurationError && error.code === 'server.stopping');
          ports.fault(`the job ${job}`, error);
        },
      },
    },
    { source, metrics, clock },
  );
  opened.add(() => precomputation.close());
  return precomputation;
}

/** Returns the database of jobs that name none: that of the storage, or a file in its folder. */
function databaseOf(storage: string): string {
  return placeOf(storage).kind === 'folder' ? join(storage, 'precomputed.db') : storage;
}
