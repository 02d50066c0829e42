import type { Assignment } from '@murmuration/protocol/messages/round';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { afterEach, describe, expect, it } from 'vitest';
import { type Scene, scenes } from './scene.ts';

const open = scenes(afterEach);
const id = 'A'.repeat(22);

/** A scene whose round is under way, and what its one member has for it. */
async function withMember(): Promise<{ scene: Scene; part: Assignment; put: Put }> {
  const scene = await open({ members: 1 });
  const [part] = await scene.begin();
  return { scene, part: part!, put: (change, body) => putOf(scene, { ...part!, ...change }, body) };
}

type Put = (change: Partial<Assignment>, body: Uint8Array) => Promise<string>;

/** The code with which an upload of the member is answered. */
async function putOf(scene: Scene, part: Assignment, body: Uint8Array): Promise<string> {
  const { body: answer } = await scene.members[0]!.upload(part, body);
  return String(answer.code ?? 'taken');
}

type Bytes = (scene: Scene) => Promise<Uint8Array>;
/** The member's update with some of its bytes changed. */
const changed =
  (at: number, ...values: number[]): Bytes =>
  async scene => {
    const update = await scene.update();
    update.set(values, at);
    return update;
  };

const square = layoutOf([{ name: 'dense/kernel', shape: [1, 1] }]);

describe.each<[fault: string, bytes: Bytes, code: string]>([
  ['garbage bytes', async () => new Uint8Array(56).fill(0xa5), 'update.malformed'],
  ['an empty body', async () => new Uint8Array(0), 'update.wrong-length'],
  ['a truncated update', async scene => (await scene.update()).subarray(0, -1), 'update.wrong-length'],
  [
    'an update with more behind it',
    async scene => Buffer.concat([await scene.update(), new Uint8Array(1)]),
    'update.wrong-length',
  ],
  ['an oversized update', async () => new Uint8Array(5_000_000), 'update.wrong-length'],
  ['another version of the codec', changed(4, 2), 'update.malformed'],
  ['another kind', changed(5, 1), 'update.wrong-kind'],
  ['a ring width where there is no ring', changed(6, 12), 'update.wrong-kind'],
  ['the shape of another model', changed(8, 1, 2, 3), 'update.wrong-layout'],
  ['a [1,1] tensor', scene => scene.update([0.5], { layout: square }), 'update.wrong-length'],
  [
    'a [1,1] tensor with the rest filled up',
    async scene => Buffer.concat([await scene.update([0.5], { layout: square }), new Uint8Array(4)]),
    'update.wrong-layout',
  ],
  ['fewer values than it has', changed(40, 1, 0, 0, 0), 'update.wrong-length'],
  ['more values than it has', changed(40, 255, 255, 255, 255), 'update.wrong-length'],
  ['NaN', scene => scene.update([Number.NaN, 0]), 'update.not-finite'],
  ['an infinity', scene => scene.update([0, Number.POSITIVE_INFINITY]), 'update.not-finite'],
  ['the other infinity', scene => scene.update([Number.NEGATIVE_INFINITY, 0]), 'update.not-finite'],
  ['a value that overflows in a sum', scene => scene.update([3e38, 3e38]), 'update.norm'],
  ['a longer delta than its plan allows', scene => scene.update([0.9, 0.9]), 'update.norm'],
  ['no weight', scene => scene.update([0.1, 0.1], { weight: 0 }), 'update.weight'],
  ['too much weight', scene => scene.update([0.1, 0.1], { weight: 2 ** 32 - 1 }), 'update.weight'],
])('%s', (_, bytes, code) => {
  it('is refused, and the device may still send what fits', async () => {
    const { scene, put } = await withMember();
    expect(await put({}, await bytes(scene))).toBe(code);
    expect(await put({}, await scene.update())).toBe('taken');
    const record = await scene.finish();
    expect(record).toMatchObject({ outcome: 'published', tally: { cohort: 4, accepted: 4, lost: 0 } });
  });
});

describe('an update', () => {
  it('RD1: of a wrong or a future round is refused', async () => {
    const { scene, put } = await withMember();
    const update = await scene.update();
    expect(await put({ round: id as Assignment['round'] }, update)).toBe('round.unknown');
    expect(await put({ round: 'no id' as Assignment['round'] }, update)).toBe('protocol.id');
    expect(await scene.finish(1)).toMatchObject({ outcome: 'published', tally: { accepted: 3, late: 1 } });
  });

  it('RD1: of a past round is refused in the next one', async () => {
    const { scene, put } = await withMember();
    let waiting = 0;
    scene.coordinator.events.on('checked-in', (_device, _task, decision) => {
      if (decision === 'waiting') waiting += 1;
    });
    expect(await scene.finish(1)).toMatchObject({ number: 1, outcome: 'published' });
    const update = await scene.update();
    expect(await put({}, update)).toBe('round.closed');
    await scene.next();
    await scene.members[0]!.checkIn();
    // It fell silent in the round before: others would be drawn first, for whom the round waits a little.
    await scene.until(() => waiting === 4);
    await scene.clock.advance(10_000);
    const next = await scene.members[0]!.assigned();
    expect(await put({ round: next.round }, update)).toBe('assignment.unknown');
    expect(await put({ ...next, round: (await firstRound(scene)).round }, update)).toBe('round.closed');
    expect(await put(next, update)).toBe('taken');
    expect(await scene.finish()).toMatchObject({ number: 2, outcome: 'published', tally: { accepted: 4 } });
  });

  it("RD1: under another's assignment is refused, whatever token comes with it", async () => {
    const scene = await open({ members: 2 });
    const [mine, theirs] = (await scene.begin()) as [Assignment, Assignment];
    const update = await scene.update();
    expect(await putOf(scene, { ...theirs, token: mine.token }, update)).toBe('assignment.token');
    expect(await putOf(scene, { ...theirs, token: new Uint8Array(0) }, update)).toBe('assignment.token');
    expect(await putOf(scene, { ...theirs, token: new Uint8Array(32) }, update)).toBe('assignment.token');
    expect(await putOf(scene, { ...mine, assignment: id as Assignment['assignment'] }, update)).toBe(
      'assignment.unknown',
    );
    const leaving = scene.members[0]!.leave(theirs.round, theirs.assignment);
    await expect(leaving).rejects.toMatchObject({ code: 'assignment.unknown' });
    expect(await putOf(scene, theirs, update)).toBe('taken');
    expect(await scene.finish(1)).toMatchObject({
      outcome: 'published',
      tally: { accepted: 4, late: 1, lost: 0 },
    });
  });

  it('UP3: that is another one than was counted is refused, and the same one again is not counted twice', async () => {
    const { scene, put } = await withMember();
    expect(await put({}, await scene.update([0.25, 0.5]))).toBe('taken');
    expect(await put({}, await scene.update([0.5, 0.25]))).toBe('update.repeated');
    expect(await put({}, await scene.update([0.25, 0.5]))).toBe('taken');
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { cohort: 4, accepted: 4 } });
  });

  it('RD1: of a device that has left is refused, and is not in the sum', async () => {
    const { scene, part, put } = await withMember();
    await scene.members[0]!.leave(part.round, part.assignment);
    expect(await put({}, await scene.update())).toBe('assignment.left');
    // It can leave but once, and comes back no more in this round.
    await scene.members[0]!.leave(part.round, part.assignment);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 3, lost: 1 } });
  });

  it('that was counted stays so where its device leaves after it', async () => {
    const { scene, part, put } = await withMember();
    expect(await put({}, await scene.update())).toBe('taken');
    await scene.members[0]!.leave(part.round, part.assignment);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 4, lost: 0 } });
  });
});

async function firstRound(scene: Scene): Promise<Pick<Assignment, 'round'>> {
  const { rounds } = await (await fetch(`${scene.coordinator.url}/v1/tasks/line/rounds`)).json();
  return rounds.find(({ number }: { number: number }) => number === 1);
}
