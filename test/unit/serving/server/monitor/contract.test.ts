import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { HttpMonitor } from '@murmuration/serving/monitor/http-monitor';
import { LiveMonitor } from '@murmuration/serving/monitor/live-monitor';
import type { Monitor, WindowSums } from '@murmuration/serving/monitor/monitor';
import type { Outcome } from '@murmuration/serving/monitor/outcome';
import { feedbackSchema } from '@murmuration/serving/monitor/settings';
import { afterEach, expect, it } from 'vitest';
import { monitorContract } from '../../../../contract/monitor.ts';
import type { ModelFolder } from '../models.ts';
import { openWorld, type World } from '../world.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const echo = (folder: ModelFolder) =>
  folder.putEcho('m', 1, [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }]);
const { text: token, ...listed } = mintInferenceToken(systemRandom, native);
const live = () => new LiveMonitor(feedbackSchema.parse({})!, { clock: systemClock });

monitorContract('one in the process', async () => {
  const monitor = live();
  return { monitor, known: async () => counts(monitor) };
});

monitorContract('one elsewhere', async () => {
  const world = await openWorld(echo, {
    tokens: [{ ...listed, name: 'test', rights: ['feedback', 'monitor', 'predict'] }],
  });
  worlds.push(world);
  const monitor = new HttpMonitor({ url: world.url, token }, { clock: systemClock, random: systemRandom });
  const metric = async (name: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const text = await (await world.ask('GET', '/metrics', undefined, headers)).text();
    return Number(new RegExp(`^${name}\\{model="m",version="1"\\} (.*)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  };
  return {
    monitor,
    known: async () => ({
      requests: await metric('murmuration_model_predictions'),
      outcomes: await metric('murmuration_model_outcomes'),
    }),
  };
});

it('a server tells the monitor that it is given', async () => {
  const windows: WindowSums[] = [];
  const outcomes: Outcome[] = [];
  let isClosed = false;
  const monitor: Monitor = {
    window: sums => windows.push(sums),
    counting: () => 'nothing',
    async feedback(outcome) {
      outcomes.push(outcome);
      return 'joined';
    },
    async close() {
      isClosed = true;
    },
  };
  const world = await openWorld(echo, {}, { monitor });
  const body = { id: 'p', inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] };
  await world.ask('POST', '/v2/models/m/infer', JSON.stringify(body));
  const told = await world.ask('POST', '/v1/feedback', JSON.stringify({ id: 'p', outcome: 1 }));
  expect(await told.json()).toEqual({ id: 'p', result: 'joined' });
  expect(outcomes).toEqual([{ id: 'p', outcome: 1 }]);
  expect(windows).toMatchObject([{ number: 1, predictions: [{ id: 'p', model: 'm', version: '1' }] }]);
  await world.close();
  expect(isClosed).toBe(true);
});

function counts(monitor: LiveMonitor) {
  const { requests, outcomes } = monitor.of('m', '1');
  return { requests, outcomes };
}
