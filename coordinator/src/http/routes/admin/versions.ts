import { taskName } from '@murmuration/api/scalars';
import {
  aliasName,
  type Figures,
  figures,
  rollback,
  type Serving,
  serving,
  setAlias,
  type Version,
  version,
  versions,
} from '@murmuration/api/version';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import * as z from 'zod';
import { gateMessage } from '../../../lifecycle/gates/messages.ts';
import type { Operators } from '../../../operators/operators.ts';
import { versionPrivacyMessage } from '../../../privacy/messages.ts';
import type { VersionAliases } from '../../../promotion/version-aliases.ts';
import { deviceMetricsOf } from '../../../queries/device-metrics.ts';
import type { GateDecisionStore } from '../../../registry/gate-decisions.ts';
import type { ModelVersion } from '../../../registry/model-version.ts';
import type { History } from '../../../registry/ports.ts';
import type { QueryResultStore } from '../../../registry/query-results.ts';
import type { VerdictStore } from '../../../registry/verdicts.ts';
import type { AllRounds } from '../../../rounds/all-tasks.ts';
import type { RoundControl } from '../../../rounds/round-control.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { partMessage } from './queries.ts';
import { iso } from './schemas.ts';
import { operatorOf } from './scope.ts';

export interface VersionSources {
  readonly history: History;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly gateDecisions: Pick<GateDecisionStore, 'of'>;
  readonly versionAliases: VersionAliases;
  readonly control: RoundControl;
  readonly tasks: AllRounds;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
}

const params = z.object({ task: taskName });

/** Model versions: what they are, what they are called, and which of them devices serve. */
export function versionRoutes(
  scope: App,
  operators: Operators,
  { history, verdicts, gateDecisions, versionAliases, control, tasks, queryResults }: VersionSources,
): void {
  /** Throws `task.unknown`. */
  const servingOf = (task: TaskName): Serving => {
    const { champion, base, aliases } = versionAliases.of(task);
    const { pinned } = champion;
    return {
      champion: {
        number: champion.number,
        model: champion.model,
        isPinned: champion.heldBy !== null,
        since: pinned && iso(pinned.setAt),
        by: pinned?.setBy ?? null,
      },
      isGated: versionAliases.isGated(task),
      base: { number: base.number, model: base.model },
      aliases: aliases.map(({ alias, number, model, setAt, setBy }) => ({
        alias,
        number,
        model,
        since: iso(setAt),
        by: setBy,
      })),
    };
  };

  const namesOf = (task: TaskName, number: number): string[] => {
    const { newest, champion, aliases } = versionAliases.of(task);
    const given = aliases.filter(each => each.number === number).map(({ alias }) => alias);
    if (number === champion.number && !champion.pinned) given.unshift('champion');
    if (number === newest.number) given.unshift('latest');
    return given;
  };

  const describe = async (task: TaskName, found: readonly ModelVersion[]): Promise<Version[]> => {
    const made = await history.roundsOf(found.flatMap(({ round }) => (round ? [round] : [])));
    const judged = await verdicts.of(found.map(({ model }) => model));
    const decisions = await gateDecisions.of(
      task,
      found.map(({ number }) => number),
    );
    const measured = await deviceMetricsOf(tasks.get(task)?.task, queryResults);
    const parents = new Map<string, number>();
    for (const { parent } of found) {
      if (parent === null || parents.has(parent)) continue;
      const version = await history.version(parent);
      if (version) parents.set(parent, version.number);
    }
    return found.map(
      ({ task: _, parent, round, run = null, createdAt, privacy, ngrams, vocabulary, ...rest }) => {
        const decision = decisions.get(rest.number);
        const record = round ? made.get(round) : undefined;
        const byDevices = measured.get(rest.model);
        return {
          ...rest,
          fromDevices: byDevices
            ? { round: byDevices.round, at: iso(byDevices.at), parts: byDevices.parts.map(partMessage) }
            : null,
          url: modelPath(rest.model),
          words: vocabulary?.words ?? null,
          createdAt: iso(createdAt),
          parent: parent && { model: parent, number: parents.get(parent) ?? null },
          round: record
            ? {
                round: record.round,
                number: record.number,
                startedAt: iso(record.startedAt),
                endedAt: iso(record.endedAt),
                tally: record.tally,
              }
            : null,
          verdicts: judged.get(rest.model) ?? { kept: 0, refused: 0 },
          run,
          privacy: privacy ? versionPrivacyMessage(privacy) : null,
          ngrams: ngrams ? [...ngrams] : null,
          gate: decision ? gateMessage(decision) : null,
          aliases: namesOf(task, rest.number),
        };
      },
    );
  };

  scope.get(
    '/tasks/:task/versions',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Model versions with their lineage, newest first',
        params,
        querystring: z.object({
          before: z.coerce.number().int().min(0).optional().describe('Numbers below this one'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: versions, 404: problem },
      },
    },
    async ({ params: { task: name }, query: { before = Number.MAX_SAFE_INTEGER, limit } }) => {
      const task = name as TaskName;
      const inForce = servingOf(task);
      const found = await history.versions(task, before, limit);
      const last = found.at(-1);
      return {
        versions: await describe(task, found),
        next: last && found.length === limit ? last.number : null,
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
      const [described] = await describe(task, [found.version]);
      return described!;
    },
  );

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
      return servingOf(task);
    },
  );

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
      // Made once more where a version was being stored meanwhile: that goes to the same version.
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
      return servingOf(task);
    },
  );
}

async function columnsOf(
  found: readonly ModelVersion[],
  history: History,
  measured: Awaited<ReturnType<typeof deviceMetricsOf>>,
): Promise<Figures> {
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

/** JSON has no other numbers. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
