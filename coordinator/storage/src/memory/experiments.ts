import type {
  Experiment,
  ExperimentCounts,
  ExperimentStore,
  ExperimentUnit,
} from '@murmuration/lifecycle/experiments/experiment';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import { appendAll, memoryAudit } from './audit.ts';

/** Keeps experiments in memory; `audit` receives the entries of changes. */
export function memoryExperiments(audit: Pick<AuditLog, 'append'> = memoryAudit()): ExperimentStore {
  const kept = new Map<string, Experiment>();
  const counted = new Map<string, ExperimentCounts>();
  const units = new Map<string, Map<string, ExperimentUnit>>();
  return {
    async all(task) {
      return [...kept.values()].filter(experiment => task === undefined || experiment.task === task);
    },
    async put(experiment, entries = []) {
      await appendAll(audit, entries);
      kept.set(experiment.id, structuredClone(experiment));
    },
    async measured(id, counts, changed) {
      counted.set(id, structuredClone(counts));
      const own = units.get(id) ?? new Map<string, ExperimentUnit>();
      for (const unit of changed) own.set(unit.unit, unit);
      for (const unit of own.keys())
        if (counts.before !== undefined && unit >= counts.before) own.delete(unit);
      units.set(id, own);
    },
    async counts(id) {
      return counted.get(id);
    },
    async units(id) {
      return [...(units.get(id)?.values() ?? [])];
    },
  };
}
