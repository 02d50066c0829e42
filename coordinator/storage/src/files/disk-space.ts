import { statfs } from 'node:fs/promises';

/** Returns the free space for this process on the disk of a folder, and its size, in bytes. */
export async function diskSpace(folder: string): Promise<{ readonly free: number; readonly size: number }> {
  const { bavail, blocks, bfree, bsize } = await statfs(folder);
  // Excludes the space reserved for root, as `df` does.
  return { free: bavail * bsize, size: (blocks - bfree + bavail) * bsize };
}
