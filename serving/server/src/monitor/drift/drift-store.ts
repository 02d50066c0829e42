import type { DriftReport } from '@murmuration/monitoring/report/drift-report';
import type { ModelDriftSettings } from '../settings.ts';
import type { CountingPlan, Counts } from './counting-plan.ts';

/** What a version's windows are compared with. Plain data. */
export interface DriftReference {
  readonly model: string;
  readonly version: string;
  readonly plan: CountingPlan;
  readonly counts: Counts;
  /** The first of what the version was asked, a later window of it, or a sample that somebody gave. */
  readonly origin: 'traffic' | 'window' | 'sample';
  readonly rows: number;
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
}

/** What a version was asked in a span of time, and how that compares. Plain data. */
export interface DriftWindow {
  readonly model: string;
  readonly version: string;
  /** From 1 on, of a version. */
  readonly number: number;
  /** ms since 1970; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** The id of the plan that it was counted by. */
  readonly plan: string;
  readonly counts: Counts;
  readonly report: DriftReport;
}

/** Where references, windows and what people set for a model are kept. */
export interface DriftStore {
  reference(model: string, version: string): Promise<DriftReference | undefined>;
  /** In the place of the one before. */
  putReference(reference: DriftReference): Promise<void>;
  /** Without it the version gathers one. */
  dropReference(model: string, version: string): Promise<void>;
  /** Of a version, the newest first, `most` at most. */
  windows(model: string, version: string, most: number): Promise<readonly DriftWindow[]>;
  /** Keeps one, and of its model the newest `mostWindows`. */
  addWindow(window: DriftWindow): Promise<void>;
  settings(model: string): Promise<ModelDriftSettings>;
  putSettings(model: string, settings: ModelDriftSettings): Promise<void>;
}

/** Windows of a model that are kept. */
export const mostWindows = 500;
/** Versions of a model whose references are kept, the newest. */
export const mostReferences = 100;

/** Keeps all of it as long as the process runs. */
export function memoryDrift(): DriftStore {
  const references = new Map<string, DriftReference>();
  const windows = new Map<string, DriftWindow[]>();
  const settings = new Map<string, ModelDriftSettings>();
  const keyOf = (model: string, version: string) => JSON.stringify([model, version]);
  return {
    reference: async (model, version) => references.get(keyOf(model, version)),
    async putReference(reference) {
      const { model, version } = reference;
      references.delete(keyOf(model, version));
      references.set(keyOf(model, version), reference);
      const own = [...references].filter(([, each]) => each.model === model);
      for (const [key] of own.slice(0, -mostReferences)) references.delete(key);
    },
    async dropReference(model, version) {
      references.delete(keyOf(model, version));
    },
    async windows(model, version, most) {
      const own = (windows.get(model) ?? []).filter(each => each.version === version);
      return own.slice(-most).reverse();
    },
    async addWindow(window) {
      const own = windows.get(window.model) ?? [];
      windows.set(window.model, [...own, window].slice(-mostWindows));
    },
    settings: async model => settings.get(model) ?? {},
    async putSettings(model, given) {
      settings.set(model, given);
    },
  };
}
