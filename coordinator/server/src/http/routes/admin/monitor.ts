import { monitoredModel, monitorState, newReference, ownDriftSettings } from '@murmuration/api/monitor';
import type { Operators } from '@murmuration/rounds/operators/operators';
import * as z from 'zod';
import type { MonitorView } from '../../../inference/monitor-view.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

const name = z.string().min(1).max(128);
const params = z.object({ model: name, version: name });
const changed = z.object({ model: z.string() });

/** Maximum bytes of a sample: ten thousand rows of a hundred features. */
const longestSample = 32 << 20;

/** Adds the routes of monitoring versions in use: drift of their requests, and accuracy. */
export function monitorRoutes(scope: App, operators: Operators, monitor: MonitorView): void {
  scope.get(
    '/monitor',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Versions whose requests are watched for drift', response: { 200: monitorState } },
    },
    () => monitor.state(),
  );

  scope.get(
    '/monitor/:model/:version',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'How a version does: its windows, their features, and its accuracy',
        params,
        response: { 200: monitoredModel, 404: problem },
      },
    },
    ({ params: { model, version } }) => monitor.model(model, version),
  );

  scope.get(
    '/monitor/:model/:version/windows/:window',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'A window as one page of HTML that loads nothing',
        params: params.extend({ window: z.coerce.number().int().min(1) }),
        response: { 200: z.string(), 404: problem },
      },
    },
    async ({ params: { model, version, window } }, reply) => {
      const page = await monitor.page(model, version, window);
      // The page sets its own, stricter policy, which allows only its own style.
      return reply
        .type('text/html; charset=utf-8')
        .header(
          'content-security-policy',
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        .header('content-disposition', `inline; filename="drift-${version}-${window}.html"`)
        .send(page);
    },
  );

  scope.put(
    '/monitor/:model/settings',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Set how the windows of a model are compared, and which drift is expected',
        params: z.object({ model: name }),
        body: ownDriftSettings,
        response: { 200: changed, 404: problem },
      },
    },
    async request => {
      const { model } = request.params;
      const before = await monitor.own(model);
      await operators.audited(
        operatorOf(request),
        'monitor.settings',
        model,
        () => monitor.change(model, request.body),
        () => changesOf(before, request.body),
      );
      return { model };
    },
  );

  scope.post(
    '/monitor/:model/:version/reference',
    {
      bodyLimit: longestSample,
      config: { least: 'operator' },
      schema: {
        summary: 'Set with what the windows of a version are compared',
        params,
        body: newReference,
        response: { 200: changed, 404: problem, 422: problem },
      },
    },
    async request => {
      const { model, version } = request.params;
      await operators.audited(operatorOf(request), 'monitor.reference', `${model} ${version}`, () =>
        monitor.refer(model, version, request.body),
      );
      return { model };
    },
  );
}

/** Returns the settings that changed. */
function changesOf(before: object, after: object) {
  const [from, to] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...from.keys(), ...to.keys()])]
    .map(field => ({ field, from: from.get(field) ?? null, to: to.get(field) ?? null }))
    .filter(change => JSON.stringify(change.from) !== JSON.stringify(change.to));
}
