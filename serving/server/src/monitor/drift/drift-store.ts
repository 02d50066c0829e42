import type { DriftReport } from '@murmuration/monitoring/report/drift-report';
import type { ModelDriftSettings } from '../settings.ts';
import { keyOf } from '../version-key.ts';
import type { CountingPlan, Counts } from './counting-plan.ts';

/** Reference that a version's windows are compared with. Plain data. */
export interface DriftReference {
  readonly model: string;
  readonly version: string;
  readonly plan: CountingPlan;
  readonly counts: Counts;
  /** First traffic of the version, a later window, or a given sample. */
  readonly origin: 'traffic' | 'window' | 'sample';
  readonly rows: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Inputs of a version in a span of time, compared with the reference. Plain data. */
export interface DriftWindow {
  readonly model: string;
  readonly version: string;
  /** Number of the window, from 1 for each version. */
  readonly number: number;
  /** Milliseconds since 1970; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Id of the counting plan. */
  readonly plan: string;
  readonly counts: Counts;
  readonly report: DriftReport;
}

/** Store of references, windows and per-model settings. */
export interface DriftStore {
  reference(model: string, version: string): Promise<DriftReference | undefined>;
  /** Replaces the reference of the same version. */
  putReference(reference: DriftReference): Promise<void>;
  /** Removes the reference; the version then gathers another one. */
  dropReference(model: string, version: string): Promise<void>;
  /** Returns windows of a version, the newest first, at most `most`. */
  windows(model: string, version: string, most: number): Promise<readonly DriftWindow[]>;
  /** Adds a window, and keeps the newest `maxWindowsPerModel` of its model. */
  addWindow(window: DriftWindow): Promise<void>;
  settings(model: string): Promise<ModelDriftSettings>;
  putSettings(model: string, settings: ModelDriftSettings): Promise<void>;
}

/** Number of windows kept per model. */
export const maxWindowsPerModel = 500;
/** Number of references kept per model, the newest. */
export const mostReferences = 100;

/** Makes a store in memory. */
export function memoryDrift(): DriftStore {
  const references = new Map<string, DriftReference>();
  const windows = new Map<string, DriftWindow[]>();
  const settings = new Map<string, ModelDriftSettings>();
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
      windows.set(window.model, [...own, window].slice(-maxWindowsPerModel));
    },
    settings: async model => settings.get(model) ?? {},
    async putSettings(model, given) {
      settings.set(model, given);
    },
  };
}
