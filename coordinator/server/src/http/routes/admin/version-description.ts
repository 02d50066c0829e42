import type { TaskServing, Version } from '@murmuration/api/version';
import { gateMessage } from '@murmuration/lifecycle/gates/messages';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { iso } from '@murmuration/protocol/time/iso';
import { versionPrivacyMessage } from '@murmuration/rounds/privacy/messages';
import type { VersionAliases, VersionsInUse } from '@murmuration/rounds/promotion/version-aliases';
import { deviceMetricsOf } from '@murmuration/rounds/queries/device-metrics';
import type { GateDecisionStore } from '@murmuration/rounds/registry/gate-decisions';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { History } from '@murmuration/rounds/registry/ports';
import type { QueryResultStore } from '@murmuration/rounds/registry/query-results';
import type { VerdictStore } from '@murmuration/rounds/registry/verdicts';
import type { AllRounds } from '@murmuration/rounds/rounds/all-tasks';
import { partMessage } from './queries.ts';

/** Sources of the data about versions. */
export interface DescriptionSources {
  readonly history: History;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly gateDecisions: Pick<GateDecisionStore, 'of'>;
  readonly versionAliases: VersionAliases;
  readonly tasks: AllRounds;
  readonly queryResults: Pick<QueryResultStore, 'results'>;
}

/** Returns the served versions of a task and their names. Throws `task.unknown`. */
export function servingOf(task: TaskName, versionAliases: VersionAliases): TaskServing {
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
}

/** Describes versions of a task, with their lineage and all measurements. */
export async function describeVersions(
  task: TaskName,
  found: readonly ModelVersion[],
  sources: DescriptionSources,
): Promise<Version[]> {
  const { history, verdicts, gateDecisions, versionAliases, tasks, queryResults } = sources;
  const made = await history.roundsOf(found.flatMap(({ round }) => (round ? [round] : [])));
  const judged = await verdicts.of(found.map(({ model }) => model));
  const decisions = await gateDecisions.of(
    task,
    found.map(({ number }) => number),
  );
  const measured = await deviceMetricsOf(tasks.get(task)?.task, queryResults);
  const parents = await history.numbersOf(found.flatMap(({ parent }) => parent ?? []));
  const inUse = versionAliases.of(task);
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
        aliases: namesOf(rest.number, inUse),
      };
    },
  );
}

function namesOf(number: number, { newest, champion, aliases }: VersionsInUse): string[] {
  const given = aliases.filter(each => each.number === number).map(({ alias }) => alias);
  if (number === champion.number && !champion.pinned) given.unshift('champion');
  if (number === newest.number) given.unshift('latest');
  return given;
}
