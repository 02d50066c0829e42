import { isObject } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

import { changesMode, cohortSettings } from './asynchronous.ts';
import { isCentralOnly } from './central.ts';

import { defineTask, type TaskDefinition, wrongFields } from './define-task.ts';
import { smallestGroupByDefault } from './groups.ts';
import { definedQueries } from './queries.ts';
import { SettingsError } from './settings-error.ts';
import type { Task } from './task.ts';
import { wantedPrivacy } from './task-privacy.ts';
import { definedUpdate } from './weights.ts';

/** Sections that operators may change; all others come from the definition. */
const sections = ['plan', 'update', 'masking', 'cohort', 'deadlines', 'schedule', 'eligibility'] as const;

/** Sections that operators may change in tasks that no device trains. */
const sectionsWithoutDevices: readonly string[] = ['plan', 'deadlines', 'schedule'];

type Settings = Readonly<Record<(typeof sections)[number], unknown>>;

/** Returns the complete settings of a task as a definition has them, with times in ms. */
export function settingsOf(task: Task) {
  const { privateLayers, update, masking, groups, spread, deadlines, interval, eligibility } = task;
  const { compression } = update;
  const { minExamples, minSdk, ...states } = eligibility;
  const { seed: _, optimizer, ...training } = task.training;
  return {
    plan: {
      ...training,
      sampledSoftmax: training.sampledSoftmax ?? null,
      optimizer: optimizer?.kind ?? null,
      privateLayers: [...privateLayers],
    },
    update: {
      ...definedUpdate(update),
      perLayer: update.perLayer ?? false,
      compression: compression ? { kind: compression.kind, fraction: compression.fraction } : null,
    },
    masking: masking
      ? {
          ...masking,
          groups: groups?.count ?? 1,
          smallestGroup: groups?.smallest ?? spread?.smallest ?? smallestGroupByDefault,
        }
      : ('off' as const),
    cohort: { ...cohortSettings(task), ...(spread && { cells: spread.count }) },
    deadlines: {
      gathering: deadlines.gathering,
      messages: deadlines.agreement,
      updates: deadlines.updates,
      grace: deadlines.grace,
    },
    schedule: { every: interval },
    eligibility: {
      minExamples,
      needs: (['idle', 'charging', 'unmetered'] as const).filter(state => states[state]),
      minSdk,
    },
  } satisfies Settings;
}

/**
 * Returns a task under changed settings; fields that `change` leaves out stay as they are. Throws a
 * `SettingsError` that names each invalid field.
 */
export function withSettings(
  task: Task,
  change: Readonly<Record<string, unknown>>,
  planVersion: number,
): Task {
  const isCentral = isCentralOnly(task.central);
  const offered: readonly string[] = isCentral ? sectionsWithoutDevices : sections;
  const unknown = Object.keys(change).filter(section => !offered.includes(section));
  if (unknown.length > 0)
    throw new SettingsError(
      unknown.map(field => ({
        field,
        message: `operators can't change it; what they can is ${offered.join(', ')}`,
      })),
    );
  const before: Settings = settingsOf(task);
  const merged = Object.fromEntries(
    sections
      .filter(section => offered.includes(section))
      .map(section => [section, merge(before[section], change[section])]),
  );
  const input = {
    ...merged,
    name: task.name,
    model: task.model,
    vocabulary: task.vocabulary,
    ...(!isCentral && {
      privacy: task.privacy && wantedPrivacy(task.privacy),
      strategy: task.strategy,
      uploadSlot: task.uploadSlot,
    }),
    training: task.central,
    evaluation: task.evaluator,
    gate: task.gate,
    promote: task.promote,
    watch: task.watch,
    retrain: task.retrain,
    ...(!isCentral && { queries: definedQueries(task) }),
    serving: task.serving,
    planVersion,
  } as unknown as TaskDefinition;
  const wrong = wrongFields(input);
  if (wrong.length > 0) throw new SettingsError(wrong);
  let changed: Task;
  try {
    changed = defineTask(input);
  } catch (error) {
    throw error instanceof MurmurationError ? new SettingsError([fieldOf(error)]) : error;
  }
  const keep = (isSame: boolean, field: string, which: string) => {
    if (isSame) return;
    throw new SettingsError([{ field, message: `${which} is for the definition of the task to say` }]);
  };
  keep(
    !changesMode(task, changed),
    'cohort.mode',
    'whether rounds begin together, and whether buffers mask,',
  );
  keep(changed.spread?.count === task.spread?.count, 'cohort.cells', 'over how many cells rounds are spread');
  // The strategy's state covers only the shared layers; devices keep the others.
  const [old, fresh] = [task, changed].map(({ privateLayers }) => JSON.stringify(privateLayers));
  keep(old === fresh, 'plan.privateLayers', 'which layers are private');
  return task.growth ? { ...changed, growth: task.growth } : changed;
}

/** Lists the fields in which two tasks' settings differ, by paths such as `cohort.goal`. */
export function changesBetween(before: Task, after: Task): { field: string; from: unknown; to: unknown }[] {
  const [old, fresh] = [leavesOf(settingsOf(before)), leavesOf(settingsOf(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter(field => JSON.stringify(old.get(field)) !== JSON.stringify(fresh.get(field)))
    .map(field => ({ field, from: old.get(field) ?? null, to: fresh.get(field) ?? null }));
}

function merge(before: unknown, change: unknown): unknown {
  if (change === undefined) return before;
  return isObject(before) && isObject(change) ? { ...before, ...change } : change;
}

function leavesOf(settings: object): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [section, value] of Object.entries(settings))
    if (isObject(value))
      for (const [name, leaf] of Object.entries(value)) leaves.set(`${section}.${name}`, leaf);
    else leaves.set(section, value);
  return leaves;
}

/** Returns the field to blame for an error about fields that don't fit together. */
function fieldOf({ code, detail }: MurmurationError): { field: string; message: string } {
  const [, named, rest] = /^The task: ([a-z]+(?:\.[a-zA-Z]+)?) (.*)\.$/s.exec(detail) ?? [];
  if (named && rest) return { field: named, message: rest };
  const message = detail.replace(/^The task: /, '').replace(/\.$/, '');
  if (code === 'config.ring') return { field: 'update.weightCap', message };
  if (code === 'secagg.parameters') return { field: 'masking', message };
  return { field: 'update.kind', message };
}
