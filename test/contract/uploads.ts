import { Uploads } from '@murmuration/coordinator/devices/uploads';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { findRound } from '@murmuration/rounds/rounds/all-tasks';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { afterEach, describe, expect, it } from 'vitest';
import { openMaskedCohort } from '../unit/coordinator/rounds/rounds/masked-cohort.ts';
import {
  deviceId,
  type Federation,
  openFederation,
  updateOf,
} from '../unit/coordinator/server/federation.ts';
import type { MaskedDevice } from '../unit/coordinator/server/masked-device.ts';

/** What carries updates in a test. */
export interface CarriedUploads {
  /** Brings an update: the code that it is refused with; `null` where it is counted. */
  put(
    part: Pick<Assignment, 'round' | 'assignment' | 'token'>,
    bytes: Uint8Array,
    signature?: Uint8Array,
  ): Promise<string | null>;
  close(): Promise<void>;
}

const bytes = updateOf([1, 2, 3, 4]);

/** What every carrier of updates keeps to; `open` carries them to the `uploads` that it is given. */
export function uploadsContract(
  name: string,
  open: (uploads: Uploads, federation: Federation) => Promise<CarriedUploads>,
): void {
  let federation: Federation;
  let carried: CarriedUploads;
  let traffic: Traffic;
  const revoked = new Set<DeviceId>();

  async function carry(opened: Federation): Promise<void> {
    federation = opened;
    traffic = new Traffic();
    const rounds = new Map([[federation.task.name, federation.rounds]]);
    carried = await open(
      new Uploads({
        findRound: round => findRound(rounds, round),
        traffic,
        isRevoked: device => revoked.has(device),
      }),
      federation,
    );
  }

  /** The parts of the devices of a round that takes updates. */
  async function plainRound(): Promise<Assignment[]> {
    await carry(await openFederation());
    await federation.rounds.start();
    await federation.clock.advance(0);
    for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
    return [...federation.channel.assignments.values()];
  }

  const counts = () => (federation.rounds.current!.state as { quorum: object }).quorum;

  describe(`an update that ${name} carries`, () => {
    afterEach(async () => {
      revoked.clear();
      await federation.rounds.stop();
      await carried.close();
    });

    it('is added once, and the same bytes again get the same answer', async () => {
      const [part, other] = (await plainRound()) as [Assignment, Assignment];
      expect(await carried.put(part, bytes)).toBe(null);
      expect(await carried.put(part, bytes)).toBe(null);
      expect(await carried.put(part, updateOf([4, 3, 2, 1]))).toBe('update.repeated');
      expect(await carried.put(other, bytes)).toBe(null);
      expect(counts()).toMatchObject({ accepted: 2 });
      expect(traffic.of(federation.task.name).up).toBe(4 * bytes.length);
    });

    it('UP2: is refused where round, assignment, token and length do not fit together, and changes nothing', async () => {
      const [part] = (await plainRound()) as [Assignment];
      const put = (change: Partial<Assignment>, update = bytes) =>
        carried.put({ ...part, ...change }, update);
      expect(await put({ round: 'R'.repeat(22) as RoundId })).toBe('round.unknown');
      expect(await put({ assignment: 'A'.repeat(22) as AssignmentId })).toBe('assignment.unknown');
      expect(await put({ token: new Uint8Array(32) })).toBe('assignment.token');
      expect(await put({}, bytes.subarray(1))).toBe('update.wrong-length');
      expect(counts()).toMatchObject({ accepted: 0, rejected: 0 });
      expect(traffic.of(federation.task.name).up).toBe(0);
    });

    it('ID6: is refused where its device is revoked', async () => {
      const [part] = (await plainRound()) as [Assignment];
      revoked.add([...federation.channel.assignments.keys()][0]!);
      expect(await carried.put(part, bytes)).toBe('device.revoked');
      expect(counts()).toMatchObject({ accepted: 0 });
    });

    it('is told that its round is over', async () => {
      const [part] = (await plainRound()) as [Assignment];
      federation.rounds.current!.abort('enough');
      await federation.clock.advance(0);
      expect(await carried.put(part, bytes)).toBe('round.closed');
    });

    it('SA10: is refused where it is masked and its device has not signed who dealt', async () => {
      const cohort = await openMaskedCohort();
      await carry(cohort.federation);
      for (let time = 0; time < 2; time++) for (const device of cohort.devices) await device.step();
      await federation.clock.advance(0);
      const [device, other] = cohort.devices as [MaskedDevice, MaskedDevice];
      const update = device.prepare();
      for (const signature of [undefined, new Uint8Array(64), other.prepare().signature])
        expect(await carried.put(device.part!, update.bytes, signature)).toBe('update.unsigned');
      expect(counts()).toMatchObject({ accepted: 0 });
      expect(await carried.put(device.part!, update.bytes, update.signature)).toBe(null);
      expect(counts()).toMatchObject({ accepted: 1 });
      expect(federation.faults).toEqual([]);
    });
  });
}
