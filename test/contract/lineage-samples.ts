import { EventMaker } from '@murmuration/lifecycle/tracking/openlineage/event-maker';
import type { LineageOperation } from '@murmuration/lifecycle/tracking/openlineage/run-event';

const maker = new EventMaker('tests', '1.2.3');
const run = { job: { kind: 'training', of: 'keyboard' }, key: 'r' } as const;

/** Operations for the contract of queues. */
export const lineageSamples = {
  logOf: (step: number): LineageOperation => ({
    kind: 'log',
    event: maker.event('RUNNING', run, {
      at: step,
      facets: maker.facets.run('training', { loss: (0.1 + 0.2) * step }),
    }),
  }),
  other: { kind: 'event', event: maker.event('COMPLETE', run, { at: 9 }) } as LineageOperation,
};
