import { encodeFrame } from '@murmuration/protocol/messages/frame';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { PollingDevice } from '../../e2e/polling-device.ts';
import { RawDevice } from '../../e2e/raw-device.ts';
import { targets } from '../network/target.ts';

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

describe('ID7: whoever has the token of a device’s connection over plain HTTP', () => {
  it('has no device forgotten: only its key can', async () => {
    const { url } = await openTarget();
    const victim = await new PollingDevice(url).join();
    cleanUp.push(() => victim.disconnect());
    const thief = new PollingDevice(url);
    thief.token = victim.token;
    const own = thief.key.sign(new TextEncoder().encode('murmuration/forget '));
    for (const [at, message] of [
      { device: victim.id },
      { device: victim.id, signature: own },
      { device: victim.id, signature: new Uint8Array(64) },
    ].entries()) {
      const answer = await thief.post('forget', encodeFrame(message) as never, `thief-${at}`);
      expect([answer.status, (await answer.json()).code]).toEqual([401, 'device.signature']);
    }
    // The victim is known, and goes on.
    await victim.checkIn();
    await victim.forget();
    const again = new PollingDevice(url, victim.key);
    await again.connect();
    cleanUp.push(() => again.disconnect());
    again.id = victim.id;
    await expect(again.hello()).rejects.toMatchObject({ code: 'device.revoked' });
  });

  it('is no older device, whose socket is its own: that is forgotten without a signature, and not with a wrong one', async () => {
    const { url } = await openTarget();
    const older = await new RawDevice(url).join();
    cleanUp.push(() => older.disconnect());
    await expect(older.forget({ signature: new Uint8Array(64) })).rejects.toMatchObject({
      code: 'device.signature',
    });
    await older.ask('forget', { device: older.id }, z.null());
  });
});
