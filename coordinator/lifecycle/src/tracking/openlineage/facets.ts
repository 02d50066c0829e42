import { iso } from '@murmuration/protocol/time/iso';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { Facet, Facets } from './run-event.ts';

const specification = 'https://openlineage.io/spec';
/** Where the schemas of events, and of what all facets are, stand. */
export const coreSchema = `${specification}/2-0-2/OpenLineage.json#/$defs`;

/** Characters of a text. */
const longestText = 2_000;
/** Figures of a facet. */
const mostFigures = 200;

/** Makes the facets of events that `producer` writes, by the names that they have there. */
export class FacetMaker {
  readonly #producer: string;

  constructor(producer: string) {
    this.#producer = producer;
  }

  /** What ran it. */
  engine(version: string): Facets {
    return {
      processing_engine: this.#standard('ProcessingEngineRunFacet', '1-1-1', {
        name: 'Murmuration',
        version,
      }),
    };
  }

  /** When the run was due, ms since 1970. */
  nominalTime(at: number): Facets {
    return {
      nominalTime: this.#standard('NominalTimeRunFacet', '1-0-1', { nominalStartTime: iso(at) }),
    };
  }

  /** The run of which it is a part. */
  parent(runId: string, job: { readonly namespace: string; readonly name: string }): Facets {
    return { parent: this.#standard('ParentRunFacet', '1-0-1', { run: { runId }, job }) };
  }

  /** Why it did not come to its end. */
  error(message: string): Facets {
    return {
      errorMessage: this.#standard('ErrorMessageRunFacet', '1-0-1', {
        message: textOf(message),
        programmingLanguage: 'TypeScript',
      }),
    };
  }

  /** Of a job that ends by itself; `type` such as `TRAINING`. */
  jobType(type: string): Facets {
    return {
      jobType: this.#standard('JobTypeJobFacet', '2-0-3', {
        processingType: 'BATCH',
        integration: 'MURMURATION',
        jobType: type,
      }),
    };
  }

  /** The content of a dataset, by a hash or a number. */
  datasetVersion(datasetVersion: string): Facets {
    return { version: this.#standard('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion }) };
  }

  /** How a version was made: its figures, and ε where it holds. */
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

  /** What else is known of a run, under the name `murmuration_` and `name`. */
  run(name: string, fields: Readonly<Record<string, string | number | null>>): Facets {
    const shown = Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? textOf(value) : value,
    ]);
    return { [`murmuration_${name}`]: this.#own('RunFacet', Object.fromEntries(shown)) };
  }

  /** `version`: of the schema. */
  #standard(name: string, version: string, fields: object): Facet {
    const schema = `${specification}/facets/${version}/${name}.json#/$defs/${name}`;
    return { _producer: this.#producer, _schemaURL: schema, ...fields };
  }

  /** By the schema of all facets of that kind, which leaves fields open. */
  #own(kind: 'RunFacet' | 'DatasetFacet', fields: object): Facet {
    return { _producer: this.#producer, _schemaURL: `${coreSchema}/${kind}`, ...fields };
  }
}

function textOf(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/** Those that JSON has a notation for. */
function figuresOf(figures: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const finite = Object.entries(figures).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(finite.slice(0, mostFigures));
}
