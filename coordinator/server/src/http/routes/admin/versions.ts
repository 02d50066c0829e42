import { pageBelow, taskName } from '@murmuration/api/scalars';
import {
  aliasName,
  type FigureColumns,
  figures,
  rollback,
  serving,
  setAlias,
  version,
  versions,
} from '@murmuration/api/version';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { iso } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import { deviceMetricsOf } from '@murmuration/rounds/queries/device-metrics';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { nextNumber } from './schemas.ts';
import { operatorOf } from './scope.ts';
import { type DescriptionSources, describeVersions, servingOf } from './version-description.ts';

export interface VersionSources extends DescriptionSources {
  readonly control: RoundControl;
}

const params = z.object({ task: taskName });

/** Adds the routes of model versions: their data, their names, and which of them devices serve. */
export function versionRoutes(scope: App, operators: Operators, sources: VersionSources): void {
  shownRoutes(scope, sources);
  figureRoute(scope, sources);
  aliasRoute(scope, operators, sources);
  rollbackRoute(scope, operators, sources);
}

/** Adds the routes that list a task's versions and show one. */
function shownRoutes(scope: App, sources: DescriptionSources): void {
  const { history, versionAliases } = sources;
  scope.get(
    '/tasks/:task/versions',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Model versions with their lineage, newest first',
        params,
        querystring: pageBelow,
        response: { 200: versions, 404: problem },
      },
    },
    async ({ params: { task: name }, query: { before = Number.MAX_SAFE_INTEGER, limit } }) => {
      const task = name as TaskName;
      const inForce = servingOf(task, versionAliases);
      const found = await history.versions(task, before, limit);
      return {
        versions: await describeVersions(task, found, sources),
        next: nextNumber(found, limit),
        serving: inForce,
      };
    },
  );

  scope.get(
    '/tasks/:task/versions/:number',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'One model version',
        params: params.extend({ number: z.coerce.number().int().min(0) }),
        response: { 200: version, 404: problem },
      },
    },
    async ({ params: { task: name, number } }) => {
      const task = name as TaskName;
      versionAliases.of(task);
      const found = await history.at(task, number);
      if (!found) throw new MurmurationError('model.missing', `The task ${task} has no version ${number}.`);
      const [described] = await describeVersions(task, [found.version], sources);
      return described!;
    },
  );
}

function figureRoute(scope: App, { history, versionAliases, tasks, queryResults }: VersionSources): void {
  scope.get(
    '/tasks/:task/figures',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Held-out figures of the versions, as columns for a chart',
        params,
        querystring: z.object({ points: z.coerce.number().int().min(2).max(5_000).default(400) }),
        response: { 200: figures, 404: problem },
      },
    },
    async ({ params: { task: name }, query: { points } }) => {
      const task = name as TaskName;
      versionAliases.of(task);
      const measured = await deviceMetricsOf(tasks.get(task)?.task, queryResults);
      return columnsOf(await history.thinned(task, points), history, measured);
    },
  );
}

function aliasRoute(scope: App, operators: Operators, { versionAliases }: VersionSources): void {
  scope.put(
    '/tasks/:task/aliases/:alias',
    {
      config: { least: 'operator' },
      schema: {
        summary:
          'Give a version a name, move the name or take it away; `champion` is the version that devices serve',
        params: params.extend({ alias: aliasName }),
        body: setAlias,
        response: { 200: serving, 400: problem, 404: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const { alias } = request.params;
      const task = request.params.task as TaskName;
      const { number } = request.body;
      const subject = `${task}@${number ?? 'latest'} ${alias}`;
      await operators.audited(operator, 'version.alias', subject, () =>
        versionAliases.set(task, alias, number, operator.name),
      );
      return servingOf(task, versionAliases);
    },
  );
}

function rollbackRoute(scope: App, operators: Operators, { versionAliases, control }: VersionSources): void {
  scope.post(
    '/tasks/:task/rollback',
    {
      config: { least: 'operator' },
      schema: {
        summary:
          'Let devices serve an older version, and the next round train from it; a round under way is ended',
        params,
        body: rollback.nullish(),
        response: { 200: serving, 404: problem, 409: problem },
      },
    },
    async request => {
      const operator = operatorOf(request);
      const task = request.params.task as TaskName;
      let { number, from } = request.body ?? {};
      // A second attempt, if a version was being stored meanwhile, rolls back to the same version.
      const rollBack = async () => {
        const to = await versionAliases.rollBack(task, number, operator.name, from);
        [number, from] = [to.number, to.number];
        return to;
      };
      await operators.audited(
        operator,
        'version.rollback',
        (to: { number: number }) => `${task}@${to.number}`,
        () =>
          control.rollBack(task, rollBack, {
            by: 'operator',
            reason: 'An operator rolled the model back.',
          }),
      );
      return servingOf(task, versionAliases);
    },
  );
}

async function columnsOf(
  found: readonly ModelVersion[],
  history: History,
  measured: Awaited<ReturnType<typeof deviceMetricsOf>>,
): Promise<FigureColumns> {
  const made = new Map<string, number>();
  const rounds = found.flatMap(({ round }) => (round ? [round] : []));
  for (const record of (await history.roundsOf(rounds)).values()) made.set(record.round, record.number);
  const names = new Set(found.flatMap(({ metrics }) => Object.keys(metrics ?? {})));
  const measuredIn = (model: ModelVersion['model']) => measured.get(model)?.parts[0]?.metrics ?? [];
  const namesByDevices = new Set(found.flatMap(({ model }) => measuredIn(model).map(({ metric }) => metric)));
  return {
    versions: found.map(({ number }) => number),
    rounds: found.map(({ round }) => (round ? (made.get(round) ?? null) : null)),
    times: found.map(({ createdAt }) => iso(createdAt)),
    figures: Object.fromEntries(
      Array.from(names, name => [name, found.map(({ metrics }) => finite(metrics?.[name]))]),
    ),
    fromDevices: Object.fromEntries(
      Array.from(namesByDevices, name => [
        name,
        found.map(({ model }) => finite(measuredIn(model).find(({ metric }) => metric === name)?.mean.value)),
      ]),
    ),
  };
}

/** Returns null for numbers that JSON lacks. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
