/** Part of an event with more about a run, job or dataset, by its own schema. */
export interface Facet {
  /** URI of the producer. */
  readonly _producer: string;
  readonly _schemaURL: string;
  readonly [field: string]: unknown;
}

export type Facets = Readonly<Record<string, Facet>>;

export interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Facets;
}

/** State of a run. The last three are final. */
export type RunState = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL' | 'ABORT';

/** Event of a run, as OpenLineage 2-0-2 defines it. */
export interface LineageEvent {
  readonly eventType: RunState;
  /** ISO 8601, in UTC. */
  readonly eventTime: string;
  /** URI of the producer. */
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly LineageDataset[];
}

/**
 * Event that waits. The kind `log` is for events that a server can lack and still know all training runs: of
 * rounds, intermediate versions, and precompute runs.
 */
export interface LineageOperation {
  readonly kind: 'event' | 'log';
  readonly event: LineageEvent;
}
