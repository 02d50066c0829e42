import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditLog } from '../operators/audit.ts';
import type { Alias, AliasStore } from '../registry/aliases.ts';
import type { AddedTask, AddedTaskStore } from '../task/added-tasks.ts';
import type { AddedWords, AddedWordsStore } from '../task/added-words.ts';
import { newestRejected, type RejectedWord, type RejectedWordsStore } from '../task/rejected-words.ts';
import type { KeptSettings, SettingsStore } from '../task/settings-store.ts';
import type { Silence, SilenceStore } from '../telemetry/alerts/attention.ts';
import type { HourlyCount, HourlyCountStore } from '../telemetry/hourly-counts.ts';
import { appendAll, memoryAudit } from './memory-audit.ts';

/** `audit` takes what the log says of its changes. */
export function memoryAliases(audit: Pick<AuditLog, 'append'> = memoryAudit()): AliasStore {
  let aliases: readonly Alias[] = [];
  return {
    async of(task) {
      return aliases.filter(each => each.task === task).sort((a, b) => (a.alias < b.alias ? -1 : 1));
    },
    async change(task, set, remove = [], entries = []) {
      await appendAll(audit, entries);
      const gone = new Set([...remove, ...set.map(({ alias }) => alias)]);
      aliases = [...aliases.filter(each => each.task !== task || !gone.has(each.alias)), ...set];
    },
    async models() {
      return new Set(aliases.map(({ model }) => model));
    },
  };
}

export function memorySettings(): SettingsStore {
  const kept = new Map<TaskName, KeptSettings>();
  return {
    async of(task) {
      return kept.get(task);
    },
    async put(settings) {
      kept.set(settings.task, settings);
    },
  };
}

export function memoryAddedTasks(): AddedTaskStore {
  const kept = new Map<TaskName, AddedTask>();
  return {
    async all() {
      return [...kept.values()];
    },
    async put(added) {
      kept.set(added.task, added);
    },
  };
}

/** `audit` takes what the log says of its changes. */
export function memoryAddedWords(audit: Pick<AuditLog, 'append'> = memoryAudit()): AddedWordsStore {
  const kept = new Map<TaskName, AddedWords>();
  return {
    async of(task) {
      return kept.get(task);
    },
    async put(added, entries = []) {
      await appendAll(audit, entries);
      kept.set(added.task, added);
    },
  };
}

/** `added` takes what is left of the words that were added. */
export function memoryRejectedWords(added: Pick<AddedWordsStore, 'put'>): RejectedWordsStore {
  const kept = new Map<TaskName, ReadonlyMap<string, RejectedWord>>();
  const of = (task: TaskName) => kept.get(task) ?? new Map<string, RejectedWord>();
  return {
    async of(task) {
      return newestRejected([...of(task).values()]);
    },
    async add(task, rejected, left) {
      kept.set(task, new Map([...rejected.map(each => [each.word, each] as const), ...of(task)]));
      if (left) await added.put(left);
    },
    async remove(task, words) {
      const gone = new Set(words);
      kept.set(task, new Map([...of(task)].filter(([word]) => !gone.has(word))));
    },
  };
}

export function memorySilences(): SilenceStore {
  const kept = new Map<string, Silence>();
  return {
    async after(now) {
      for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
      return [...kept.values()];
    },
    async put(silence) {
      kept.set(JSON.stringify([silence.rule, silence.task]), silence);
    },
  };
}

export function memoryHourlyCounts(): HourlyCountStore {
  let kept: readonly HourlyCount[] = [];
  return {
    async add(counts, forget) {
      const all = new Map<string, HourlyCount>();
      for (const each of [...kept, ...counts]) {
        const { hour, series, task, name, count } = each;
        const key = JSON.stringify([series, hour, task, name]);
        if (hour >= forget) all.set(key, { ...each, count: count + (all.get(key)?.count ?? 0) });
      }
      kept = [...all.values()];
    },
    async since(series, hour) {
      return kept.filter(each => each.series === series && each.hour >= hour).sort((a, b) => a.hour - b.hour);
    },
  };
}
