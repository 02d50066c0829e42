import { constants } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Checkpoint } from '@murmuration/rounds/round/store';
import { ifThere, makeFolder, onDisk, readIfThere, syncFolder, withFile } from './durable-file.ts';
import { decodeSlot, encodeSlot, isDamaged } from './slot.ts';

/** Store of the running sums of rounds under way, each with its contributors. */
export interface Checkpoints {
  /**
   * Replaces the checkpoint of a round, all or nothing; `erase` then overwrites the one before with zeros.
   * Allows one call at a time per round. Throws `storage.*`; then the one before still counts.
   */
  write(round: RoundId, checkpoint: Checkpoint, erase: boolean): Promise<void>;
  /**
   * Returns the last whole checkpoint of a round; overwrites other contents of its slots that had to be
   * erased. `damage` describes in a sentence a slot that was not whole: torn in a crash, or damaged since.
   */
  read(round: RoundId): Promise<{ readonly checkpoint?: Checkpoint; readonly damage?: string }>;
  /** Overwrites and deletes all data of a round. */
  forget(round: RoundId): Promise<void>;
  /** Lists the rounds with any data. */
  rounds(): Promise<readonly RoundId[]>;
}

/** Slot and sequence number of a round's next checkpoint. */
interface Next {
  readonly sequence: number;
  readonly index: 0 | 1;
}

const zeros = new Uint8Array(1 << 20);

/**
 * Opens a store with two files per round, `ROUND.0` and `ROUND.1`, written alternately and in place: the
 * older one is overwritten, so that a crash leaves the newer one whole, and erased bytes are overwritten
 * where they are on disk. Throws `storage.*`.
 */
export async function fileCheckpoints(folder: string): Promise<Checkpoints> {
  const next = new Map<RoundId, Next>();
  const pathOf = (round: RoundId, index: 0 | 1) => join(folder, `${round}.${index}`);
  await onDisk(`The folder ${folder} can't be opened`, () => makeFolder(folder));

  /** Finds the checkpoint that counts, and overwrites bytes that must be erased. */
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
        // Set after the write, so that a failed write is repeated in the same slot.
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

/** Overwrites a file from its start; a longer file keeps its length. */
async function writeInPlace(path: string, bytes: Uint8Array): Promise<void> {
  let isNew = false;
  await withFile(path, constants.O_RDWR | constants.O_CREAT, async file => {
    isNew = (await file.stat()).size === 0;
    await file.writeFile(bytes);
    await file.sync();
  });
  if (isNew) await syncFolder(dirname(path));
}

/** Overwrites all bytes of a file with zeros; does nothing if it doesn't exist. */
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
