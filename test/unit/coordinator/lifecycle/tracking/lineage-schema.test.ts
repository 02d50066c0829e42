import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventMaker } from '@murmuration/lifecycle/tracking/openlineage/event-maker';
import { expect, it } from 'vitest';
import { breachesOf } from './lineage-schema.ts';
import { publishedIn } from './published-lineage.ts';

const maker = new EventMaker('tests', '1.2.3');
const event = maker.event('FAIL', { job: { kind: 'round', of: 'keyboard' }, key: 'r' }, { at: 1 });

it.each([
  [{}, 0],
  [{ eventType: 'FINISHED' }, 1],
  [{ eventTime: 1_000 }, 1],
  [{ schemaURL: undefined }, 1],
  [{ run: { ...event.run, runId: 'r' } }, 1],
  [{ job: { name: 'x' } }, 1],
  [{ outputs: [{ namespace: 'tests', name: 'x', facets: { own: { fields: 1 } } }] }, 2],
  [{ run: { ...event.run, facets: { errorMessage: maker.facets.jobType('X').jobType } } }, 1],
  [{ run: { ...event.run, facets: { ...maker.facets.error('Why'), ...maker.facets.nominalTime(0) } } }, 0],
])('the stand-in takes what keeps to the specification, and nothing else: %j', (change, breaches) => {
  expect(breachesOf({ ...event, ...change })).toHaveLength(breaches);
});

it('holds events against schemas of a checkout, where there is one, whatever core its facets name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lineage-'));
  try {
    const write = (file: string, content: object) =>
      writeFileSync(join(folder, file), JSON.stringify(content));
    const $id = 'https://openlineage.io/spec/2-0-2/OpenLineage.json';
    const base = { type: 'object', required: ['_producer', '_schemaURL'] };
    const run = { type: 'object', properties: { runId: { type: 'string', format: 'uuid' } } };
    const runEvent = { type: 'object', properties: { run }, required: ['run', 'job', 'eventTime'] };
    write('OpenLineage.json', {
      $id,
      $defs: { RunEvent: runEvent, RunFacet: base, DatasetFacet: base },
      $ref: '#/$defs/RunEvent',
    });
    mkdirSync(join(folder, 'facets'));
    const facet = (name: string, place: string, required: readonly string[]) =>
      write(join('facets', `${name}.json`), {
        $id: `https://openlineage.io/spec/facets/1-0-0/${name}.json`,
        $defs: {
          [name]: {
            allOf: [{ $ref: 'https://openlineage.io/spec/1-0-2/OpenLineage.json#/$defs/RunFacet' }],
            required,
          },
        },
        properties: { [place]: { $ref: `#/$defs/${name}` } },
      });
    facet('JobTypeJobFacet', 'jobType', ['processingType']);
    facet('ProcessingEngineRunFacet', 'processing_engine', ['version']);
    facet('ErrorMessageRunFacet', 'errorMessage', ['message', 'severity']);
    const breaches = publishedIn(folder);
    expect(breaches(event)).toEqual([]);
    expect(breaches({ ...event, job: undefined })).not.toEqual([]);
    expect(breaches({ ...event, run: { ...event.run, runId: 'r' } })).not.toEqual([]);
    const withFacets = (facets: object) => ({ ...event, run: { ...event.run, facets } });
    expect(breaches(withFacets(maker.facets.error('Why')))).toEqual([
      "published: errorMessage must have required property 'severity'",
    ]);
    expect(breaches(withFacets({ other: maker.facets.engine('1').processing_engine }))).toEqual([
      'published: other is no place of ProcessingEngineRunFacet',
    ]);
    expect(breaches(withFacets(maker.facets.nominalTime(0)))).toEqual([
      'published: nominalTime: there is no facet NominalTimeRunFacet',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
