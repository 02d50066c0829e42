import type {
  DeviceOutcomes,
  MonitoredFeature,
  MonitoredModel,
  MonitoredVersion,
  MonitoredWindow,
  MonitorState,
  newReference,
  OwnDriftSettings,
} from '@murmuration/api/monitor';
import { accuracyOf } from '@murmuration/monitoring/accuracy/accuracy';
import { driftPage } from '@murmuration/monitoring/page/drift-page';
import type { DriftReport } from '@murmuration/monitoring/report/drift-report';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { iso } from '@murmuration/protocol/time/iso';
import type { OpenMonitor } from '@murmuration/serving/assembly/monitor';
import { type DriftWindow, maxWindowsPerModel } from '@murmuration/serving/monitor/drift/drift-store';
import type { DriftWatch } from '@murmuration/serving/monitor/drift/drift-watch';
import type { FeatureRole } from '@murmuration/serving/monitor/drift/features';
import type { DriftState } from '@murmuration/serving/monitor/drift/watched-version';
import type * as z from 'zod';

/** Maximum number of windows that a page lists. */
const maxListedWindows = 100;

/** Monitoring of versions in use as operators see and set it. */
export class MonitorView {
  readonly #monitor: OpenMonitor | undefined;
  readonly #told: () => Promise<DeviceOutcomes[]>;

  /** `told`: returns what devices reported about predictions. */
  constructor(monitor: OpenMonitor | undefined, told: () => Promise<DeviceOutcomes[]>) {
    this.#monitor = monitor;
    this.#told = told;
  }

  async state(): Promise<MonitorState> {
    await this.#settle();
    const drift = this.#monitor?.drift;
    return {
      isWatching: drift !== null && drift !== undefined,
      versions: drift?.states.map(stateOf) ?? [],
      told: await this.#told(),
    };
  }

  /** Returns the monitoring of a version. Throws `request.not-found` if nothing is known of it. */
  async model(model: string, version: string): Promise<MonitoredModel> {
    await this.#settle();
    const drift = this.#required();
    const state = await drift.state(model, version);
    const windows = await drift.windows(model, version, maxListedWindows);
    const own = await drift.settings(model);
    const { every, atLeast, share, test, threshold, correction } = drift.standard;
    const [newest] = windows;
    return {
      state: stateOf(state),
      configured: { every, atLeast, share, test, threshold, correction },
      own,
      windows: windows.map(windowOf),
      // A comparison with an earlier reference does not apply to this one.
      features: newest && state.last ? featuresOf(newest.report, own.expected ?? []) : [],
      accuracy: this.#accuracy(model, version),
    };
  }

  /** Returns a window as one HTML page. Throws `request.not-found`. */
  async page(model: string, version: string, number: number): Promise<string> {
    const windows = await this.#required().windows(model, version, maxWindowsPerModel);
    const found = windows.find(each => each.number === number);
    if (!found)
      throw new MurmurationError(
        'request.not-found',
        `Version ${version} of "${model}" has no window ${number}.`,
      );
    return driftPage(found.report);
  }

  own(model: string): Promise<OwnDriftSettings> {
    return this.#required().settings(model);
  }

  change(model: string, settings: OwnDriftSettings): Promise<void> {
    return this.#required().change(model, settings);
  }

  /**
   * Sets the reference that a version is compared with from now on. Throws `request.not-found` and
   * `request.invalid`.
   */
  async refer(model: string, version: string, reference: z.output<typeof newReference>): Promise<void> {
    const drift = this.#required();
    await this.#settle();
    if ('window' in reference) await drift.referTo(model, version, reference.window);
    else if ('gather' in reference) await drift.gather(model, version);
    else {
      const columns = Object.entries(reference.sample).map(
        ([name, cells]) => [name, { role: roleOf(name), cells }] as const,
      );
      await drift.referToSample(model, version, Object.fromEntries(columns));
    }
  }

  /** Counts everything seen so far. */
  async #settle(): Promise<void> {
    this.#monitor?.watch.flush();
    await this.#monitor?.drift?.settled();
  }

  #required(): DriftWatch {
    const drift = this.#monitor?.drift;
    if (!drift)
      throw new MurmurationError(
        'request.not-found',
        'Drift is not watched: the settings "inference.drift" or "inference.feedback" are null.',
      );
    return drift;
  }

  #accuracy(model: string, version: string): MonitoredModel['accuracy'] {
    const hours = this.#monitor?.live?.performance(model, version) ?? [];
    return hours.flatMap(({ from, sums }) => {
      const { accuracy } = accuracyOf(sums);
      if (!accuracy) return [];
      const { value, interval, of: outcomes } = accuracy;
      return [{ from: iso(from), outcomes, value, low: interval[0], high: interval[1] }];
    });
  }
}

function roleOf(name: string): FeatureRole {
  return name === 'prediction' || name === 'confidence' ? 'prediction' : 'feature';
}

function stateOf({ model, version, reference, rows, needed, until, last }: DriftState): MonitoredVersion {
  return {
    model,
    version,
    reference: reference
      ? {
          origin: reference.origin,
          rows: reference.rows,
          from: iso(reference.from),
          to: iso(reference.to),
        }
      : null,
    rows,
    needed,
    until: until === undefined ? null : iso(until),
    last: last ? summaryOf(last) : null,
  };
}

function summaryOf({ overview: { compared, drifted, share, isDrifted } }: DriftReport) {
  return { compared, drifted, share, isDrifted };
}

function windowOf({ number, from, to, rows, report }: DriftWindow): MonitoredWindow {
  return {
    ...summaryOf(report),
    number,
    from: iso(from),
    to: iso(to),
    rows,
    features: report.features.flatMap(({ name, drift }) => (drift?.drifted ? [name] : [])),
  };
}

function featuresOf({ features }: DriftReport, expected: readonly string[]): MonitoredFeature[] {
  return features.map(({ name, role, kind, drift, reason, quality, distribution }) => ({
    name,
    role,
    kind,
    drift: drift
      ? {
          test: drift.test,
          title: drift.title,
          measures: drift.measures,
          score: drift.adjusted,
          threshold: drift.threshold,
          drifted: drift.drifted,
          since: drift.since === undefined ? null : iso(drift.since),
        }
      : null,
    reason: reason ?? null,
    isExpected: expected.includes(name),
    missing: { reference: quality.reference.missing, current: quality.current.missing },
    distribution:
      distribution?.kind === 'categories'
        ? {
            labels: [...distribution.labels],
            reference: [...distribution.reference],
            current: [...distribution.current],
            others: distribution.others,
          }
        : null,
  }));
}
