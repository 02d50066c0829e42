import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PollingDevice } from '../../e2e/polling-device.ts';
import { openPolled, type PolledScene } from '../../unit/coordinator/server/polling/scene.ts';

/** A device behind a proxy that ends TLS: what it sends, and what it has in its hands, is written down. */
class TappedDevice extends PollingDevice {
  readonly sent: { readonly event: string; readonly body: BodyInit }[] = [];

  override post(event: string, body: BodyInit, key?: string, token?: string): Promise<Response> {
    this.sent.push({ event, body });
    return super.post(event, body, key, token);
  }

  frameOf(event: string): BodyInit {
    return this.sent.find(each => each.event === event)!.body;
  }
}

let scene: PolledScene;
let device: TappedDevice;

beforeEach(async () => {
  scene = await openPolled();
  device = new TappedDevice(scene.url);
  await device.open();
  await device.challenged();
  await device.enrol();
  await device.hello();
  await device.checkIn();
});
afterEach(() => scene.close());

const codeOf = async (answer: Promise<Response>) => ((await (await answer).json()) as { code: string }).code;

describe('a proxy that has read all that a device sent', () => {
  it('says hello as the device on no connection of its own', async () => {
    const own = await scene.device();
    expect(await codeOf(own.post('hello', device.frameOf('hello')))).toBe('device.signature');
    expect(await codeOf(own.post('check-in', device.frameOf('check-in')))).toBe('device.not-identified');
    // Nothing of that is to the device's harm.
    expect(await device.checkIn()).toEqual({ decision: 'waiting' });
  });

  it('says it again under another key on no connection of the device', async () => {
    const again = device.post('hello', device.frameOf('hello'), 'of-the-proxy');
    expect(await codeOf(again)).toBe('device.challenge-expired');
    expect(await device.checkIn()).toEqual({ decision: 'waiting' });
  });

  it('has nothing more in the token once the connection has ended', async () => {
    const { token } = device;
    device.disconnect();
    await expect
      .poll(() => codeOf(device.post('check-in', device.frameOf('check-in'), 'late', token)))
      .toBe('request.not-found');
  });
});
