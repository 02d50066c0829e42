import { statfs } from 'node:fs/promises';

/** What is free on the disk of a folder for this process, and how much it holds, bytes. */
export async function diskSpace(folder: string): Promise<{ readonly free: number; readonly size: number }> {
  const { bavail, blocks, bfree, bsize } = await statfs(folder);
  // Without what is reserved for root, as `df` counts.
  return { free: bavail * bsize, size: (blocks - bfree + bavail) * bsize };
}
