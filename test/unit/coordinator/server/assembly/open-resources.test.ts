import { OpenResources } from '@murmuration/coordinator/assembly/open-resources';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { beforeEach, describe, expect, it } from 'vitest';

let clock: VirtualClock;
let opened: OpenResources;
let closed: string[];

beforeEach(() => {
  clock = new VirtualClock();
  opened = new OpenResources(clock);
  closed = [];
  for (const name of ['storage', 'core', 'port']) opened.add(() => void closed.push(name));
});

describe('what a process has opened', () => {
  it('is closed in the reverse order, one after another, and once', async () => {
    let closePort = () => {};
    opened.add(
      () =>
        new Promise<void>(resolve => {
          closePort = resolve;
        }),
    );
    const closing = [opened.close(), opened.close()];
    await clock.advance(1);
    expect(closed).toEqual([]);
    closePort();
    await Promise.all(closing);
    expect(closed).toEqual(['port', 'core', 'storage']);
  });

  it('is closed whole where one closing fails, whose error is told', async () => {
    opened.add(() => {
      throw new Error('The first does not close.');
    });
    opened.add(() => Promise.reject(new Error('The last does not close.')));
    await expect(opened.close()).rejects.toThrow('The last does not close.');
    expect(closed).toEqual(['port', 'core', 'storage']);
  });

  it('is abandoned without an error, and without waiting for what hangs', async () => {
    opened.add(() => new Promise(() => {}));
    let isLeft = false;
    const left = opened.abandon().then(() => {
      isLeft = true;
    });
    await clock.advance(4_999);
    expect(isLeft).toBe(false);
    await clock.advance(1);
    await left;
    opened = new OpenResources(clock);
    opened.add(() => Promise.reject(new Error('It does not close.')));
    await opened.abandon();
  });
});
