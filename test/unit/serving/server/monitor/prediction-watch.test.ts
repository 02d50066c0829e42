import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { WindowSums } from '@murmuration/serving/monitor/monitor';
import { PredictionWatch } from '@murmuration/serving/monitor/prediction-watch';
import { expect, it } from 'vitest';

it('counts the rows of all requests of a window, by version', async () => {
  const windows: WindowSums[] = [];
  const clock = new VirtualClock();
  const watch = new PredictionWatch(
    {
      window: sums => windows.push(sums),
      counting: () => 'nothing',
      feedback: async () => 'joined',
      close: async () => {},
    },
    1_000,
    {
      clock,
      random: length => new Uint8Array(length),
      fault: (_, error) => {
        throw error;
      },
    },
  );
  const answer = (version: string, rows: number) =>
    watch.events.answered?.({
      ...{ model: 'm', version, protocol: 'oip', error: null, end: 'answered', ms: 1, queueMs: 0 },
      request: { model: 'm', inputs: [], protocol: 'oip' },
      response: {
        ...{ model: 'm', version, hash: '0'.repeat(64) as ModelHash },
        outputs: [{ name: 'y', datatype: 'FP32', shape: [rows, 1], data: new Float32Array(rows) }],
      },
    });
  answer('1', 2);
  answer('2', 1);
  answer('1', 3);
  await clock.advance(1_000);
  answer('1', 4);
  watch.flush();
  expect(windows.map(({ requests }) => requests)).toEqual([
    [
      { model: 'm', version: '1', count: 5 },
      { model: 'm', version: '2', count: 1 },
    ],
    [{ model: 'm', version: '1', count: 4 }],
  ]);
});
