import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { addFormats } from './lineage-formats.ts';

interface Schema {
  readonly $id: string;
  readonly $defs: Readonly<Record<string, object>>;
  readonly properties?: Readonly<Record<string, { readonly $ref: string }>>;
}

interface Part {
  readonly facets?: Readonly<Record<string, { readonly _schemaURL: string }>>;
}

interface Faceted {
  readonly run: Part;
  readonly job: Part;
  readonly inputs?: readonly Part[];
  readonly outputs?: readonly Part[];
}

/** What is wrong with an event by schemas that were published. */
export type Published = (event: unknown) => readonly string[];

/**
 * The published schemas of a folder that is a checkout's `spec` of OpenLineage: `OpenLineage.json`, and `facets`. Facets name the core in the versions
 * of their day; all are held against the one that is there.
 */
export function publishedIn(folder: string): Published {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const core = JSON.parse(read('OpenLineage.json')) as Schema;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(core);
  const validEvent = ajv.compile(core);
  // The events of this project are about runs, and about nothing else by accident.
  const validRunEvent = ajv.compile({ $ref: `${core.$id}#/$defs/RunEvent` });
  const facets = readdirSync(join(folder, 'facets')).filter(file => file.endsWith('.json'));
  const byName = new Map(
    facets.map(file => {
      const text = read(join('facets', file)).replaceAll(
        /https:\/\/openlineage\.io\/spec\/[\d-]+\/OpenLineage\.json/g,
        core.$id,
      );
      const schema = JSON.parse(text) as Schema;
      const places = Object.entries(schema.properties ?? {});
      ajv.addSchema(schema);
      return [file.slice(0, -'.json'.length), { schema, places }] as const;
    }),
  );
  const ofFacet = (place: string, facet: { readonly _schemaURL: string }): string[] => {
    const name = facet._schemaURL.split('/').at(-1)!;
    const found = byName.get(name);
    const isOfCore = name in core.$defs;
    if (!found) return isOfCore ? [] : [`${place}: there is no facet ${name}`];
    const breaches = found.places.some(([own, { $ref }]) => own === place && $ref.endsWith(`/${name}`))
      ? []
      : [`${place} is no place of ${name}`];
    const isValid = ajv.compile({ $ref: `${found.schema.$id}#/$defs/${name}` });
    return isValid(facet)
      ? breaches
      : [...breaches, ...(isValid.errors ?? []).map(({ message }) => `${place} ${message}`)];
  };
  return event => {
    if (!validEvent(event) || !validRunEvent(event)) {
      const errors = [...(validRunEvent.errors ?? []), ...(validEvent.errors ?? [])];
      return errors.map(({ instancePath, message }) => `published: ${instancePath} ${message}`);
    }
    const { run, job, inputs = [], outputs = [] } = event as unknown as Faceted;
    return [run, job, ...inputs, ...outputs]
      .flatMap(({ facets: own = {} }) =>
        Object.entries(own).flatMap(([place, facet]) => ofFacet(place, facet)),
      )
      .map(breach => `published: ${breach}`);
  };
}
