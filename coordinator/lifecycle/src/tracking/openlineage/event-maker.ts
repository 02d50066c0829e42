import type { TaskName } from '@murmuration/protocol/ids/ids';
import { iso } from '@murmuration/protocol/time/iso';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import { coreSchema, FacetMaker } from './facets.ts';
import type { Facets, LineageDataset, LineageEvent, RunState } from './run-event.ts';
import { runIdOf } from './run-id.ts';

/**
 * Job in OpenLineage: training of a task, one of its rounds, the choice of its champion, or a precompute
 * job.
 */
export interface LineageJob {
  readonly kind: 'training' | 'round' | 'promotion' | 'precompute';
  /** Name of the task or precompute job. */
  readonly of: string;
}

/** Run of a job, with a key that is unique among the job's runs. */
export interface LineageRun {
  readonly job: LineageJob;
  readonly key: string;
}

interface EventParts {
  /** ms since 1970. */
  readonly at: number;
  readonly facets?: Facets | undefined;
  readonly inputs?: readonly LineageDataset[] | undefined;
  readonly outputs?: readonly LineageDataset[] | undefined;
}

/** Makes events about the runs and models of one coordinator. */
export class EventMaker {
  readonly facets: FacetMaker;
  readonly #namespace: string;
  readonly #version: string;
  readonly #producer: string;

  /** Takes the namespace and the version of the coordinator. */
  constructor(namespace: string, version: string) {
    this.#namespace = namespace;
    this.#version = version;
    this.#producer = `pkg:npm/%40murmuration/coordinator@${version}`;
    this.facets = new FacetMaker(this.#producer);
  }

  event(
    eventType: RunState,
    run: LineageRun,
    { at, facets = {}, inputs = [], outputs = [] }: EventParts,
  ): LineageEvent {
    return {
      eventType,
      eventTime: iso(at),
      producer: this.#producer,
      schemaURL: `${coreSchema}/RunEvent`,
      run: { runId: this.#idOf(run), facets: { ...this.facets.engine(this.#version), ...facets } },
      job: { ...this.#nameOf(run.job), facets: this.facets.jobType(run.job.kind.toUpperCase()) },
      inputs,
      outputs,
    };
  }

  /** Returns the facet of a run that is part of `run`. */
  partOf(run: LineageRun): Facets {
    return this.facets.parent(this.#idOf(run), this.#nameOf(run.job));
  }

  /** Returns the dataset of a version that a run reads. */
  model(task: TaskName, { number, model }: Pick<ModelVersion, 'number' | 'model'>): LineageDataset {
    return this.#dataset(`models/${task}/${number}`, this.facets.datasetVersion(model));
  }

  /** Returns the dataset of a version that a run made. */
  made(version: ModelVersion): LineageDataset {
    const { task, number, model } = version;
    const facets = { ...this.facets.datasetVersion(model), ...this.facets.modelVersion(version) };
    return this.#dataset(`models/${task}/${number}`, facets);
  }

  /** Returns the dataset of a task's champion, whose content changes from version to version. */
  champion(task: TaskName, model: string): LineageDataset {
    return this.#dataset(`champions/${task}`, this.facets.datasetVersion(model));
  }

  /** Returns the dataset of a precompute job's table. */
  precomputed(job: string): LineageDataset {
    return this.#dataset(`precomputed/${job}`);
  }

  #dataset(name: string, facets?: Facets): LineageDataset {
    return { namespace: this.#namespace, name, ...(facets && { facets }) };
  }

  #nameOf({ kind, of }: LineageJob): { readonly namespace: string; readonly name: string } {
    return { namespace: this.#namespace, name: `${kind}.${of}` };
  }

  #idOf({ job, key }: LineageRun): string {
    return runIdOf(this.#namespace, job.kind, job.of, key);
  }
}
