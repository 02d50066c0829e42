import { constants } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Checkpoint } from '@murmuration/rounds/round/store';
import { ifThere, makeFolder, onDisk, readIfThere, syncFolder, withFile } from './durable-file.ts';
import { decodeSlot, encodeSlot, isDamaged } from './slot.ts';

/** The running sums of rounds under way, each together with those who are in it. */
export interface Checkpoints {
  /**
   * Replaces the checkpoint of a round, all or nothing; `erase`: the one before is then overwritten with zeros. One call at a
   * time for a round. Throws `storage.*`, and the one before still counts.
   */
  write(round: RoundId, checkpoint: Checkpoint, erase: boolean): Promise<void>;
  /**
   * The last checkpoint of a round that is whole; whatever else its slots hold is overwritten where it had to be erased. `damage` says, as a
   * sentence, what was not whole: torn in a crash, or damaged since.
   */
  read(round: RoundId): Promise<{ readonly checkpoint?: Checkpoint; readonly damage?: string }>;
  /** Overwrites and deletes what there is of a round. */
  forget(round: RoundId): Promise<void>;
  /** Rounds of which there is anything. */
  rounds(): Promise<readonly RoundId[]>;
}

/** Where the next checkpoint of a round goes. */
interface Next {
  readonly sequence: number;
  readonly index: 0 | 1;
}

const zeros = new Uint8Array(1 << 20);

/**
 * Two files per round, `ROUND.0` and `ROUND.1`, written by turns and in place: the older one is overwritten, so that a crash in
 * the middle leaves the newer one whole, and that bytes to be erased are overwritten where they lie. Throws `storage.*`.
 */
export async function fileCheckpoints(folder: string): Promise<Checkpoints> {
  const next = new Map<RoundId, Next>();
  const pathOf = (round: RoundId, index: 0 | 1) => join(folder, `${round}.${index}`);
  await onDisk(`The folder ${folder} can't be opened`, () => makeFolder(folder));

  /** Finds the checkpoint that counts, and overwrites what must not be left. */
  const recover = async (round: RoundId): Promise<Awaited<ReturnType<Checkpoints['read']>>> => {
    const slots = await Promise.all(
      ([0, 1] as const).map(async index => {
        const bytes = await readIfThere(pathOf(round, index));
        const slot = bytes && decodeSlot(bytes);
        return { index, exists: bytes !== undefined, slot, isDamaged: bytes && !slot && isDamaged(bytes) };
      }),
    );
    const [newest, other] = slots.sort((a, b) => (b.slot?.sequence ?? -1) - (a.slot?.sequence ?? -1));
    const current = newest!.slot;
    next.set(round, { sequence: (current?.sequence ?? 0) + 1, index: other!.index });
    if (other!.exists && (!other!.slot || current!.erase)) await overwrite(pathOf(round, other!.index));
    if (newest!.exists && !current) await overwrite(pathOf(round, newest!.index));
    const damaged = slots.filter(slot => slot.isDamaged).map(({ index }) => pathOf(round, index));
    return {
      ...(current && { checkpoint: current.checkpoint }),
      ...(damaged.length > 0 && { damage: describeDamage(damaged, current?.checkpoint) }),
    };
  };

  return {
    write: (round, checkpoint, erase) =>
      onDisk(`The checkpoint of the round ${round} can't be stored`, async () => {
        if (!next.has(round)) await recover(round);
        const { sequence, index } = next.get(round)!;
        await writeInPlace(pathOf(round, index), encodeSlot({ sequence, erase, checkpoint }));
        // Only now: a write that failed is tried again in the same slot.
        const before: 0 | 1 = index === 0 ? 1 : 0;
        next.set(round, { sequence: sequence + 1, index: before });
        if (erase) await overwrite(pathOf(round, before));
      }),

    read: round => onDisk(`The checkpoint of the round ${round} can't be read`, () => recover(round)),

    forget: round =>
      onDisk(`The checkpoint of the round ${round} can't be erased`, async () => {
        next.delete(round);
        for (const index of [0, 1] as const) {
          const path = pathOf(round, index);
          await overwrite(path);
          await rm(path, { force: true });
        }
        await syncFolder(folder);
      }),

    rounds: () =>
      onDisk(`The folder ${folder} can't be read`, async () => {
        const names = (await readdir(folder)).filter(name => /^[A-Za-z0-9_-]{22}\.[01]$/.test(name));
        return [...new Set(names.map(name => name.slice(0, -2) as RoundId))];
      }),
  };
}

function describeDamage(paths: readonly string[], left: Checkpoint | undefined): string {
  const rest = left
    ? `the other one counts, of ${left.contributors.length} updates, and later ones may be lost`
    : 'none is left, and updates that were acknowledged may be lost';
  return `A checkpoint is torn or damaged (${paths.join(', ')}): ${rest}.`;
}

/** Writes over a file from its beginning; it keeps its length where it was longer. */
async function writeInPlace(path: string, bytes: Uint8Array): Promise<void> {
  let isNew = false;
  await withFile(path, constants.O_RDWR | constants.O_CREAT, async file => {
    isNew = (await file.stat()).size === 0;
    await file.writeFile(bytes);
    await file.sync();
  });
  if (isNew) await syncFolder(dirname(path));
}

/** Zeros in place of all bytes of a file; nothing where there is none. */
async function overwrite(path: string): Promise<void> {
  await ifThere(
    withFile(path, 'r+', async file => {
      const { size } = await file.stat();
      for (let at = 0; at < size; )
        at += (await file.write(zeros, 0, Math.min(zeros.length, size - at), at)).bytesWritten;
      await file.sync();
    }),
  );
}
