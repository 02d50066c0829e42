import type { DeviceConnection } from '@murmuration/coordinator/devices/device-connection';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { LoopbackGateway, LoopbackPeer } from '@murmuration/simulations/loopback/gateway';
import { LoopbackLink } from '@murmuration/simulations/loopback/link';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';

const latency = 20;
/** ms that so many bytes take: 100 bytes a ms up, 1,000 down. */
const transferMs = (bytes: number, way: 'up' | 'down') => latency + bytes / (way === 'up' ? 100 : 1_000);
/** What a message's envelope takes, bytes. */
const envelope = 64;

/** A link to a coordinator that only notes what it gets. */
function scene() {
  const clock = new VirtualClock(0);
  const peers: LoopbackPeer[] = [];
  const lost: DeviceConnection[] = [];
  const got: (readonly [number, string])[] = [];
  const passed = { up: 0, down: 0 };
  const gateway = {
    connect(peer: LoopbackPeer) {
      peers.push(peer);
      return { peer } as unknown as DeviceConnection;
    },
    lost: (connection: DeviceConnection) => void lost.push(connection),
    async answer(_: DeviceConnection, event: string, frame: Uint8Array) {
      got.push([clock.now(), event]);
      return frame.slice().reverse();
    },
    async upload(path: string) {
      got.push([clock.now(), path]);
    },
    download: async () => new Uint8Array(10_000),
  } as unknown as LoopbackGateway;
  const link = new LoopbackLink(gateway, clock, {
    transferMs,
    passed: (bytes, way) => {
      passed[way] += bytes;
    },
  });
  const heard: (readonly [number, string])[] = [];
  const open = () =>
    link.open({
      message: event => heard.push([clock.now(), event]),
      disconnected: reason => heard.push([clock.now(), reason]),
    });
  return { clock, link, open, peers, lost, got, heard, passed };
}

const rights = { token: new Uint8Array(32) };

describe('a loopback link', () => {
  it('takes the time that its network needs: to connect, to ask, to be answered', async () => {
    const { clock, link, open, peers, got, passed } = scene();
    open();
    await clock.advance(latency);
    expect(peers).toEqual([]);
    await clock.advance(1);
    expect(peers.length).toBe(1);
    let answered = 0;
    void link.request('check-in', new Uint8Array(936)).then(answer => {
      expect(answer.length).toBe(936);
      answered = clock.now();
    });
    await clock.advance(1_000);
    // 1,000 bytes with the envelope: 30 ms up and 21 down.
    expect(got).toEqual([[21 + 30, 'check-in']]);
    expect(answered).toBe(21 + 30 + 21);
    expect(passed).toEqual({ up: 2 * envelope + 936, down: 936 + envelope });
  });

  it('carries files and updates, and refuses a file that is too long', async () => {
    const { clock, link, open, got } = scene();
    open();
    await clock.advance(100);
    const { signal } = new AbortController();
    const times: number[] = [];
    void link.upload('/an/update', rights, new Uint8Array(9_936), signal).then(() => times.push(clock.now()));
    await clock.advance(1_000);
    expect(got).toEqual([[100 + 120, '/an/update']]);
    expect(times).toEqual([100 + 120 + 21]);
    const refused = codeOfPromise(link.download('/a/model', 9_999, signal));
    await clock.advance(100);
    expect(await refused).toBe('model.corrupt');
  });

  it('delivers what the coordinator sends in the order of sending, whatever the lengths', async () => {
    const { clock, open, peers, heard } = scene();
    open();
    await clock.advance(100);
    peers[0]!.receive('assignment', new Uint8Array(99_936));
    peers[0]!.receive('round-end', new Uint8Array(0));
    await clock.advance(1_000);
    expect(heard).toEqual([
      [220, 'assignment'],
      [220, 'round-end'],
    ]);
  });

  it('throws what is under way when the network goes, tells its client, and delivers nothing any more', async () => {
    const { clock, link, open, peers, lost, heard } = scene();
    open();
    await clock.advance(100);
    const asked = codeOfPromise(link.request('check-in', new Uint8Array(0)));
    const downloading = codeOfPromise(link.download('/a/model', 1e6, new AbortController().signal));
    peers[0]!.receive('assignment', new Uint8Array(0));
    link.cut();
    expect(await asked).toBe('server.unreachable');
    expect(await downloading).toBe('server.unreachable');
    await clock.advance(10_000);
    expect(heard).toEqual([[100, 'transport close']]);
    expect(lost.length).toBe(1);
    expect(await codeOfPromise(link.request('check-in', new Uint8Array(0)))).toBe('server.unreachable');
  });

  it('connects again after the coordinator has closed the connection, and not after its client has', async () => {
    const { clock, link, open, peers, heard } = scene();
    open();
    await clock.advance(100);
    peers[0]!.closed();
    await clock.advance(3_999);
    expect(peers.length).toBe(1);
    await clock.advance(100);
    expect(peers.length).toBe(2);
    expect(heard).toEqual([[100, 'io server disconnect']]);
    peers[1]!.closed();
    link.close();
    await clock.advance(10_000);
    expect(peers.length).toBe(2);
  });

  it('gives up what its caller no longer wants', async () => {
    const { clock, link, open, got } = scene();
    open();
    await clock.advance(100);
    const controller = new AbortController();
    const uploading = link.upload('/an/update', rights, new Uint8Array(1e5), controller.signal);
    controller.abort(new Error('The round is over.'));
    await expect(uploading).rejects.toThrow('The round is over.');
    await clock.advance(10_000);
    expect(got).toEqual([]);
  });
});
