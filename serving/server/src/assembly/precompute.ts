import type { Clock } from '@murmuration/protocol/time/clock';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { systemTurns } from '../adapters/system-turns.ts';
import { type DoorPorts, openDoor } from '../http/door.ts';
import { precomputeMetrics } from '../metrics/precompute-metrics.ts';
import type { PrecomputeEvents } from '../precompute/events.ts';
import type { PrecomputeJob } from '../precompute/job/job.ts';
import { Precomputation } from '../precompute/precomputation.ts';
import { precomputeRoutes } from '../precompute/routes.ts';
import { joinListeners } from '../server/events.ts';
import type { Turns } from '../server/turns.ts';
import type { ModelSource } from '../source/source.ts';

/** Jobs that run beside an inference server. */
export interface PrecomputeOptions {
  readonly jobs: readonly PrecomputeJob[];
  /** Database of jobs that name none: `postgres://…`, or the path of a SQLite file. */
  readonly into: string;
  readonly events?: PrecomputeEvents;
}

interface PrecomputeParts {
  readonly source: ModelSource;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly turns?: Turns;
}

/**
 * Prepares jobs beside the server of `ports`, and serves their results on its app. The caller schedules and
 * closes them.
 */
export function openPrecompute(
  app: FastifyInstance,
  ports: DoorPorts,
  { jobs, into, events = {} }: PrecomputeOptions,
  { source, metrics, clock, turns = systemTurns }: PrecomputeParts,
): Precomputation {
  const { server } = ports;
  const names = {
    began: true,
    progressed: true,
    ended: true,
    failed: true,
    looked: true,
    fault: true,
  } as const;
  const precomputation = new Precomputation(jobs, {
    server,
    source,
    into,
    clock,
    turns,
    events: joinListeners<PrecomputeEvents>(names, precomputeMetrics(metrics), {
      fault: ports.fault,
      ...events,
    }),
  });
  openDoor(app, ports, scope => precomputeRoutes(scope, { precomputation, clock }));
  return precomputation;
}
