import { iso } from '@murmuration/protocol/time/iso';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { Facet, Facets } from './run-event.ts';

const specification = 'https://openlineage.io/spec';
/** URL of the schemas of events and of base facets. */
export const coreSchema = `${specification}/2-0-2/OpenLineage.json#/$defs`;

/** Most characters of a text. */
const maxTextLength = 2_000;
/** Most figures of a facet. */
const maxFacetFigures = 200;

/** Makes the facets of events by `producer`, under their OpenLineage names. */
export class FacetMaker {
  readonly #producer: string;

  constructor(producer: string) {
    this.#producer = producer;
  }

  /** Returns the facet of the engine that ran the job. */
  engine(version: string): Facets {
    return {
      processing_engine: this.#standard('ProcessingEngineRunFacet', '1-1-1', {
        name: 'Murmuration',
        version,
      }),
    };
  }

  /** Returns the facet of the time when the run was due, ms since 1970. */
  nominalTime(at: number): Facets {
    return {
      nominalTime: this.#standard('NominalTimeRunFacet', '1-0-1', { nominalStartTime: iso(at) }),
    };
  }

  /** Returns the facet of the parent run. */
  parent(runId: string, job: { readonly namespace: string; readonly name: string }): Facets {
    return { parent: this.#standard('ParentRunFacet', '1-0-1', { run: { runId }, job }) };
  }

  /** Returns the facet of a run's failure. */
  error(message: string): Facets {
    return {
      errorMessage: this.#standard('ErrorMessageRunFacet', '1-0-1', {
        message: textOf(message),
        programmingLanguage: 'TypeScript',
      }),
    };
  }

  /** Returns the facet of a batch job; `type` such as `TRAINING`. */
  jobType(type: string): Facets {
    return {
      jobType: this.#standard('JobTypeJobFacet', '2-0-3', {
        processingType: 'BATCH',
        integration: 'MURMURATION',
        jobType: type,
      }),
    };
  }

  /** Returns the facet of a dataset's content, by a hash or a number. */
  datasetVersion(datasetVersion: string): Facets {
    return { version: this.#standard('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion }) };
  }

  /** Returns the facet of a version: its figures, and ε if it holds. */
  modelVersion({
    number,
    round,
    strategy,
    planVersion,
    contributors,
    metrics,
    privacy,
  }: ModelVersion): Facets {
    const statement = privacy?.statement;
    return {
      murmuration_version: this.#own('DatasetFacet', {
        number,
        ...(round !== null && { round }),
        strategy,
        plan: planVersion,
        contributors,
        metrics: figuresOf(metrics ?? {}),
        ...(statement && {
          epsilon: statement.holds ? statement.epsilon : null,
          delta: statement.delta,
        }),
      }),
    };
  }

  /** Returns our own facet of a run, under the name `murmuration_` and `name`. */
  run(name: string, fields: Readonly<Record<string, string | number | null>>): Facets {
    const shown = Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? textOf(value) : value,
    ]);
    return { [`murmuration_${name}`]: this.#own('RunFacet', Object.fromEntries(shown)) };
  }

  /** Returns a standard facet; `version` is that of its schema. */
  #standard(name: string, version: string, fields: object): Facet {
    const schema = `${specification}/facets/${version}/${name}.json#/$defs/${name}`;
    return { _producer: this.#producer, _schemaURL: schema, ...fields };
  }

  /** Returns our own facet, with the schema of all facets of the kind, which allows any fields. */
  #own(kind: 'RunFacet' | 'DatasetFacet', fields: object): Facet {
    return { _producer: this.#producer, _schemaURL: `${coreSchema}/${kind}`, ...fields };
  }
}

function textOf(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text;
}

/** Returns the figures that JSON can represent. */
function figuresOf(figures: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const finite = Object.entries(figures).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(finite.slice(0, maxFacetFigures));
}
