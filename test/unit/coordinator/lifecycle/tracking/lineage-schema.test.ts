import { EventMaker } from '@murmuration/coordinator/lifecycle/tracking/openlineage/event-maker';
import { expect, it } from 'vitest';
import { breachesOf } from './lineage-schema.ts';

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
