/** A part of an event that says more of a run, job or dataset, by a schema of its own. */
export interface Facet {
  /** URI of what wrote it. */
  readonly _producer: string;
  readonly _schemaURL: string;
  readonly [field: string]: unknown;
}

export type Facets = Readonly<Record<string, Facet>>;

export interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Facets;
}

/** Where a run is at. The last three are its end. */
export type RunState = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL' | 'ABORT';

/** An event of a run, as OpenLineage 2-0-2 defines it. */
export interface RunEvent {
  readonly eventType: RunState;
  /** ISO 8601, in UTC. */
  readonly eventTime: string;
  /** URI of what wrote it. */
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/**
 * An event that waits. Of the kind `log` are those without which a server still knows the whole of training: of rounds, versions on the way, and
 * precompute runs.
 */
export interface LineageOperation {
  readonly kind: 'event' | 'log';
  readonly event: RunEvent;
}
