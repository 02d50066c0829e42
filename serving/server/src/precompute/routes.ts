import { createHash } from 'node:crypto';
import { isObject, parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isFor, requireModel } from '../access/holder.ts';
import { bodyOf, maxSmallBodyBytes } from '../http/body.ts';
import { asking, clientSignal, holderOf } from '../http/door.ts';
import { modelOf } from './job/job.ts';
import type { Precomputation } from './precomputation.ts';
import type { JobState } from './scheduled-job.ts';
import type { EndedRun } from './table/runs.ts';

interface Named {
  Params: { job: string };
}

interface Keyed {
  Params: { job: string; '*': string };
}

/**
 * Registers the routes of precomputed rows, and of the jobs that make them. A key is everything after the
 * job's name in the path.
 */
export function precomputeRoutes(
  app: FastifyInstance,
  { precomputation, clock }: { readonly precomputation: Precomputation; readonly clock: Clock },
): void {
  const requireJob = (request: FastifyRequest<Named>) =>
    requireModel(holderOf(request), precomputation.modelOf(request.params.job));
  app.get(
    '/v1/precomputed',
    asking('predict', 'Precompute: the jobs, and how they stand'),
    async request => ({
      jobs: (await precomputation.states())
        .filter(({ job }) => isFor(holderOf(request), modelOf(job).name))
        .map(described),
    }),
  );
  app.get<Named>(
    '/v1/precomputed/:job',
    asking('predict', 'Precompute: a job, and how it stands'),
    async request => {
      requireJob(request);
      return described(await precomputation.state(request.params.job));
    },
  );
  app.get<Keyed>(
    '/v1/precomputed/:job/*',
    asking('predict', 'Precompute: the row of a key'),
    async (request, reply) => {
      requireJob(request);
      const { params, headers } = request;
      const { row, isStale } = await precomputation.find(params.job, params['*'], clientSignal(reply));
      const { key, prediction, model_version: version, computed_at: computed, valid_until: until } = row;
      // The stored JSON is inserted unchanged, so numbers are not formatted again.
      const body = `{"job":${JSON.stringify(params.job)},"key":${JSON.stringify(key)},"prediction":${prediction},"model_version":${JSON.stringify(version)},"computed_at":${JSON.stringify(isoOrNull(computed))},"valid_until":${JSON.stringify(isoOrNull(until))},"stale":${isStale}}`;
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
      reply
        .header('etag', etag)
        .header('age', String(Math.max(0, Math.floor((clock.now() - computed) / 1_000))))
        // The row may change at any time, so caches must revalidate it.
        .header('cache-control', 'private, no-cache');
      if (isStale) reply.header('murmuration-stale', 'true');
      if (matches(headers['if-none-match'], etag)) return reply.status(304).send();
      return reply.type('application/json').send(body);
    },
  );
  app.post<Named>(
    '/v1/precomputed/:job/run',
    asking('manage', 'Precompute: starts a run of a job', maxSmallBodyBytes),
    async (request, reply) => {
      requireJob(request);
      const { job } = request.params;
      const all = allOf(bodyOf(request));
      // A later failure shows in the state of the job.
      await new Promise<void>((began, refused) => {
        precomputation.run(job, { all, began }).catch(refused);
      });
      return reply.status(202).send({ job, started: true });
    },
  );
}

/**
 * Reads the body of a run request: `{"all": true}` also computes unchanged rows; an empty one or `{}` does
 * not.
 */
function allOf(body: Buffer): boolean {
  if (body.length === 0) return false;
  const value = parseJson(body);
  const { all = false, ...rest } = isObject(value) ? value : { wrong: value };
  if (typeof all !== 'boolean' || Object.keys(rest).length > 0)
    throw new MurmurationError(
      'request.invalid',
      'The body is empty, or {"all": true} to compute all rows again.',
    );
  return all;
}

/** Returns true if a condition names this tag (RFC 9110, §13.1.2). */
function matches(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  if (condition.trim() === '*') return true;
  return condition.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag);
}

function described({ job, table, running, underWay, last, next }: JobState) {
  const { name, model, every, onPromotion, validFor, stale } = job;
  return {
    name,
    model,
    every: typeof every === 'number' ? { ms: every } : every,
    on_promotion: onPromotion,
    valid_for_ms: validFor,
    stale,
    rows: table?.rows ?? 0,
    model_version: table?.version ?? null,
    running: running !== null,
    under_way: underWay && {
      model_version: underWay.version,
      began_at: isoOrNull(underWay.beganAt),
      attempt: underWay.attempt,
      ...running,
    },
    last_run: last && describedRun(last),
    next_run: isoOrNull(next),
  };
}

function describedRun({ version, beganAt, endedAt, failures, ...counts }: EndedRun) {
  return {
    ...counts,
    model_version: version === '' ? null : version,
    began_at: isoOrNull(beganAt),
    ended_at: isoOrNull(endedAt),
    duration_ms: endedAt - beganAt,
    failures,
  };
}
