import { Ajv, type SchemaObject } from 'ajv';
import { addFormats } from './lineage-formats.ts';
import { publishedIn } from './published-lineage.ts';

/**
 * What OpenLineage 2-0-2 requires of the event of a run, and of the facets that we send in the versions that they name: fields, types and
 * formats of https://openlineage.io/spec/2-0-2/OpenLineage.json and https://openlineage.io/spec/facets. Its object forms are open, as there.
 */
const text = { type: 'string' };
const uri = { type: 'string', format: 'uri' };
const time = { type: 'string', format: 'date-time' };
const uuid = { type: 'string', format: 'uuid' };
const objectOf = (
  properties: Record<string, SchemaObject>,
  required = Object.keys(properties),
): SchemaObject => ({ type: 'object', properties, required });
const named = objectOf({ namespace: text, name: text });

/** By the last part of `_schemaURL`. */
const facets: Record<string, SchemaObject> = {
  RunFacet: objectOf({}),
  DatasetFacet: objectOf({}),
  ProcessingEngineRunFacet: objectOf({ version: text, name: text }, ['version']),
  NominalTimeRunFacet: objectOf({ nominalStartTime: time, nominalEndTime: time }, ['nominalStartTime']),
  ParentRunFacet: objectOf({ run: objectOf({ runId: uuid }), job: named }),
  ErrorMessageRunFacet: objectOf({ message: text, programmingLanguage: text, stackTrace: text }, [
    'message',
    'programmingLanguage',
  ]),
  JobTypeJobFacet: objectOf({ processingType: text, integration: text, jobType: text }, [
    'processingType',
    'integration',
  ]),
  DatasetVersionDatasetFacet: objectOf({ datasetVersion: text }),
};
/** Under which name a facet of a published schema stands. */
const places: Record<string, string> = {
  ProcessingEngineRunFacet: 'processing_engine',
  NominalTimeRunFacet: 'nominalTime',
  ParentRunFacet: 'parent',
  ErrorMessageRunFacet: 'errorMessage',
  JobTypeJobFacet: 'jobType',
  DatasetVersionDatasetFacet: 'version',
};

const baseFacet = objectOf({ _producer: uri, _schemaURL: uri });
const withFacets = (of: SchemaObject): SchemaObject => ({
  ...of,
  properties: { ...of.properties, facets: { type: 'object', additionalProperties: baseFacet } },
});
const datasets = { type: 'array', items: withFacets(named) };
const runEvent = objectOf(
  {
    eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
    eventTime: time,
    producer: uri,
    schemaURL: uri,
    run: withFacets(objectOf({ runId: uuid })),
    job: withFacets(named),
    inputs: datasets,
    outputs: datasets,
  },
  ['eventTime', 'producer', 'schemaURL', 'run', 'job'],
);

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const validEvent = ajv.compile(runEvent);
const validFacets = new Map(Object.entries(facets).map(([name, schema]) => [name, ajv.compile(schema)]));

/** Where a checkout of OpenLineage is, events are held against what that publishes as well: its folder `spec`. */
const checkout = process.env.OPENLINEAGE_SPEC_FOLDER;
const published = checkout ? publishedIn(checkout) : () => [];

interface Faceted {
  readonly facets?: Record<string, { readonly _schemaURL: string }>;
}

/** What is wrong with an event; empty where nothing is. */
export function breachesOf(event: unknown): readonly string[] {
  if (!validEvent(event))
    return (validEvent.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const {
    run,
    job,
    inputs = [],
    outputs = [],
  } = event as unknown as {
    run: Faceted;
    job: Faceted;
    inputs?: Faceted[];
    outputs?: Faceted[];
  };
  const breaches = [run, job, ...inputs, ...outputs].flatMap(({ facets = {} }) =>
    Object.entries(facets).flatMap(([name, facet]) => {
      const schema = facet._schemaURL.split('/').at(-1)!;
      const isValid = validFacets.get(schema);
      if (!isValid) return [`${name} has an unknown schema`];
      if (places[schema] !== undefined && places[schema] !== name)
        return [`${name} is no place of ${schema}`];
      return isValid(facet) ? [] : (isValid.errors ?? []).map(({ message }) => `${name} ${message}`);
    }),
  );
  return breaches.length > 0 ? breaches : published(event);
}
