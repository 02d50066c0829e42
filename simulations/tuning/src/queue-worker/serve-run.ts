import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { freeMemory } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { startThreads, WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import type { Redis } from 'ioredis';
import { encodeAnswer, encodeFailure } from '../queue/answers.ts';
import { redisBlobs } from '../queue/blobs.ts';
import { type JobTaker, jobWorker } from '../queue/job-worker.ts';
import { type FarJob, numberOf, readJob } from '../queue/jobs.ts';
import { expirySeconds, keys } from '../queue/keys.ts';
import { setInParts } from '../queue/large-values.ts';
import { JobReader } from '../queue/models.ts';
import type { RunSetup } from './prepare.ts';

/** This worker's part in one run. */
interface Serving {
  /** Number of finished jobs. */
  readonly done: number;
  /** Finishes the current jobs, and takes no more. */
  close(): Promise<void>;
}

/** Runs jobs of a run until it is closed, as `jobWorker` takes them. */
export function serveRun(redis: Redis, run: string, setup: RunSetup, taker: JobTaker, clock: Clock): Serving {
  const { name } = taker;
  const pool = new WorkerPool(startThreads(taker.threads, setup));
  const reader = new JobReader(redisBlobs(redis));
  let done = 0;
  const answerTo = async (job: FarJob): Promise<readonly Uint8Array[]> => {
    try {
      requireKnown(job, setup);
      return encodeAnswer(await pool.run(job, { due: clock.now() }).result, name);
    } catch (error) {
      return encodeFailure(error, name);
    }
  };
  const worker = jobWorker(redis, run, taker, async (id, data) => {
    const named = numberOf(id);
    if (!named) throw new MurmurationError('request.invalid', 'The job has a name of another form.');
    // Fails if the Redis has forgotten a model: the run then stores it again.
    const job = await reader.read(readJob(data));
    const answer = await answerTo(job);
    await setInParts(redis, keys.result(run, named.number), answer, expirySeconds);
    done += 1;
    // The garbage collector would free the sent result late and at a high cost.
    for (const { buffer } of answer) freeMemory(buffer as ArrayBuffer);
  });
  return {
    get done() {
      return done;
    },
    async close() {
      await worker.close();
      await pool.close();
    },
  };
}

/** Throws `request.invalid` for a job about examples that don't exist. */
function requireKnown(job: FarJob, { data: { clients, heldOut } }: RunSetup): void {
  const isKnown =
    job.kind === 'measure' ? job.from < job.to && job.to <= heldOut.length : job.client < clients.length;
  if (!isKnown)
    throw new MurmurationError('request.invalid', 'The job is about examples that there are not.');
}
