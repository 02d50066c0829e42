import { Ajv, type SchemaObject } from 'ajv';

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
ajv.addFormat('uri', value => /^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value));
ajv.addFormat('uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i);
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
const validEvent = ajv.compile(runEvent);
const validFacets = new Map(Object.entries(facets).map(([name, schema]) => [name, ajv.compile(schema)]));

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
  return [run, job, ...inputs, ...outputs].flatMap(({ facets = {} }) =>
    Object.entries(facets).flatMap(([name, facet]) => {
      const schema = facet._schemaURL.split('/').at(-1)!;
      const isValid = validFacets.get(schema);
      if (!isValid) return [`${name} has an unknown schema`];
      if (places[schema] !== undefined && places[schema] !== name)
        return [`${name} is no place of ${schema}`];
      return isValid(facet) ? [] : (isValid.errors ?? []).map(({ message }) => `${name} ${message}`);
    }),
  );
}
