import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import { dealingBytes } from '@murmuration/protocol/secagg/dealing';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { describe, expect, it } from 'vitest';
import { lineTask } from '../../../../e2e/line.ts';

const id = 'i'.repeat(22);
const framed = (bytes: number) =>
  encodeFrame({ round: id, assignment: id, message: new Uint8Array(bytes) }).length;

describe('the longest frames', () => {
  it('fit the longest small messages, four bytes for each character', () => {
    const { enrol, hello, leave, 'check-in': checkIn } = frameLengths([]);
    const [key, signature] = [new Uint8Array(32), new Uint8Array(64)];
    const wide = (length: number) => '\u{1f600}'.repeat(length / 2);
    const longest = {
      protocol: 65_535,
      publicKey: key,
      token: wide(4_096),
      certificate: new Uint8Array(68),
      signature,
    };
    expect(encodeFrame(longest).length).toBeLessThanOrEqual(enrol);
    expect(
      encodeFrame({ protocol: 65_535, device: id, signature, sdk: '1234.1234.1234', platform: 'browser' })
        .length,
    ).toBeLessThanOrEqual(hello);
    expect(encodeFrame({ round: id, assignment: id, reason: wide(256) }).length).toBeLessThanOrEqual(leave);
    const conditions = { idle: false, charging: false, unmetered: false };
    expect(encodeFrame({ task: 't'.repeat(63), examples: 2 ** 31, conditions }).length).toBeLessThanOrEqual(
      checkIn,
    );
  });

  it.each([
    ['honest-but-curious', 0.1, 0.3, 'sparse', 10],
    ['malicious', 0.05, 0.1, 'sparse', 127],
    ['malicious', 0.05, 0.1, 'sparse', 400],
    ['semi-malicious', 0.1, 0.1, 'complete', 90],
  ] as const)(
    'follow from the graph: %s, %f, %f, %s, %i devices',
    (threat, corrupt, dropping, graph, devices) => {
      const masking = { threat, corrupt, dropping, graph };
      const task = lineTask({ masking, cohort: { goal: devices, minimum: 4, overSelection: 1 } });
      const { shares, keys, reveal } = frameLengths([lineTask(), task]);
      let longest = 0;
      for (let size = 3; size <= devices; size++) {
        try {
          const { neighbours } = findParameters(size, masking, graph === 'complete' ? graph : undefined);
          longest = Math.max(longest, framed(dealingBytes(neighbours)));
        } catch {}
      }
      expect(shares).toBeGreaterThanOrEqual(longest);
      expect(shares).toBeLessThan(1.2 * longest + 2_000);
      expect([keys, reveal]).toEqual([shares, shares]);
    },
  );

  it('are small where nothing is masked', () => {
    expect(frameLengths([lineTask()]).shares).toBeLessThan(512);
  });
});
