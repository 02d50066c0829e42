import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { echoRuntime } from './echo-runtime.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** The echo, which is lost when it is told to; `loads` are those so far. */
function losing(endsAtOnce = false) {
  const echo = echoRuntime();
  const state = { loads: 0, lose: () => {}, held: Promise.resolve() };
  const runtime: Runtime = {
    ...echo,
    async load(content, lost) {
      state.loads += 1;
      await state.held;
      const loaded = await echo.load(content);
      let isLost = false;
      state.lose = () => {
        isLost = true;
        lost?.();
      };
      if (endsAtOnce) state.lose();
      return {
        ...loaded,
        async run(...given) {
          if (isLost) throw new MurmurationError('inference.unavailable');
          return loaded.run(...given);
        },
      };
    },
  };
  return { state, runtime };
}

const spec = { name: 'x', datatype: 'FP32', shape: [-1] };
const question = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [7] }] });
const infer = () => world.ask('POST', '/v2/models/m/infer', question);
const ready = async () => (await world.ask('GET', '/v2/health/ready')).status;

describe('a model whose runtime ends', () => {
  it('is loaded again, with ready 503 until it is there, and answers whoever asked meanwhile', async () => {
    const { state, runtime } = losing();
    world = await openWorld(folder => folder.putEcho('m', 1, [spec]), {}, { runtimes: [runtime] });
    expect((await infer()).status).toBe(200);
    let release = () => {};
    state.held = new Promise(resolve => {
      release = resolve;
    });
    state.lose();
    expect(await ready()).toBe(503);
    const asked = infer();
    release();
    expect((await asked).status).toBe(200);
    await expect.poll(ready).toBe(200);
    expect(state.loads).toBe(2);
  });

  it('while it is loaded is not loaded again for an hour, or until somebody does', async () => {
    const clock = new VirtualClock();
    const { state, runtime } = losing(true);
    world = await openWorld(folder => folder.putEcho('m', 1, [spec]), {}, { runtimes: [runtime], clock });
    for (const loads of [1, 1]) {
      expect((await infer()).status).toBe(504);
      expect(state.loads).toBe(loads);
      await clock.advance(60_000);
    }
    expect(await ready()).toBe(200);
    await expect(world.server.load('m')).rejects.toMatchObject({ code: 'prediction.timeout' });
    expect(state.loads).toBe(2);
    await clock.advance(3_600_000);
    await infer();
    expect(state.loads).toBe(3);
  });
});
