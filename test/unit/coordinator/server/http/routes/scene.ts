import { Uploads } from '@murmuration/coordinator/devices/uploads';
import { createApp } from '@murmuration/coordinator/http/app';
import { openReading } from '@murmuration/coordinator/http/reading';
import { healthRoutes } from '@murmuration/coordinator/http/routes/health';
import { modelRoutes } from '@murmuration/coordinator/http/routes/models';
import { taskRoutes } from '@murmuration/coordinator/http/routes/tasks';
import { updateRoutes } from '@murmuration/coordinator/http/routes/updates';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import type { Unreadable } from '@murmuration/rounds/promotion/readability';
import { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { gateDecisionsIn } from '@murmuration/rounds/registry/gate-decisions';
import { findRound } from '@murmuration/rounds/rounds/all-tasks';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryVerdicts } from '@murmuration/storage/memory/verdicts';
import { expect } from 'vitest';
import { boundsOf } from '../../bounds.ts';
import { deviceId, type FederationOptions, openFederation } from '../../federation.ts';

/** The public routes over the rounds of one task, all in memory. */
export async function openRoutes(change?: FederationOptions['task']) {
  const federation = await openFederation({ task: change ?? {} });
  const { clock, events, moments, rounds, history, registry, aliases, task, channel } = federation;
  const traffic = new Traffic();
  const versionAliases = new VersionAliases({
    store: aliases,
    history,
    moments,
    events,
    clock,
    read: model => registry.files(model),
  });
  moments.join({ versionAliases });
  await versionAliases.open(task.name);
  const verdicts = memoryVerdicts();
  const gateDecisions = gateDecisionsIn(memoryDocuments());
  const revoked = new Set<DeviceId>();
  const refused: string[] = [];
  const readiness: { isReady: boolean; unreadable: Unreadable[] } = { isReady: true, unreadable: [] };
  events.on('refused', (_, code) => refused.push(code));
  const bounds = boundsOf(federation);
  const app = await createApp({ ...bounds, cors: ['https://app.example'] });
  const all = new Map([[task.name as string, rounds]]);
  healthRoutes(app, {
    isOpen: () => readiness.isReady,
    tasks: () => [task.name],
    unreadable: () => readiness.unreadable,
  });
  taskRoutes(app, all, history, verdicts, {
    clock,
    events,
    guard: async () => {},
    reading: openReading,
    versionAliases,
    gateDecisions,
    experiments: { served: () => [] },
    replicaOf: async () => undefined,
    queryResults: federation.queryResults,
    isDevelopment: false,
  });
  modelRoutes(app, registry, history, traffic, events, name =>
    name === task.name ? versionAliases.of(task.name).champion.model : undefined,
  );
  updateRoutes(
    app,
    new Uploads({
      findRound: round => findRound(all, round),
      traffic,
      isRevoked: device => revoked.has(device),
    }),
    new UploadPlaces(bounds.limits, clock),
  );
  app.post('/taken', { schema: { hide: true } }, ({ body }) => body);
  app.get('/broken', { schema: { hide: true } }, () => {
    throw new Error('The secret path /var/lib broke.');
  });
  await app.ready();
  return {
    ...federation,
    app,
    traffic,
    versionAliases,
    verdicts,
    gateDecisions,
    readiness,
    /** Devices whose uploads are refused. */
    revoked,
    /** The codes of what was refused. */
    refused,
    get: (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers }),
    put: (
      part: Pick<Assignment, 'round' | 'assignment' | 'token'>,
      body: Uint8Array,
      headers: Record<string, string> = {},
    ) =>
      app.inject({
        method: 'PUT',
        url: updatePath(part.round, part.assignment),
        headers: {
          'content-type': 'application/octet-stream',
          authorization: `Bearer ${base64url(part.token)}`,
          ...headers,
        },
        payload: Buffer.from(body),
      }),
    /** Begins a round of five devices. */
    async beginRound(): Promise<Assignment[]> {
      await rounds.start();
      await clock.advance(0);
      for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
      return [...channel.assignments.values()];
    },
    async close() {
      await rounds.stop();
      await app.close();
    },
  };
}

export type Scene = Awaited<ReturnType<typeof openRoutes>>;

/** Holds an answer to be the problem document of a code. */
export function expectProblem(
  response: Awaited<ReturnType<Scene['get']>>,
  status: number,
  code: string,
): void {
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.json()).toEqual({
    type: `urn:murmuration:error:${code}`,
    title: expect.stringMatching(/.+\.$/),
    status,
    detail: expect.stringMatching(/.+/),
    instance: expect.stringMatching(/^\//),
    code,
    retryable: response.headers['retry-after'] !== undefined,
  });
}
