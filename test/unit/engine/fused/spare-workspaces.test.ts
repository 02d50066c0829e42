import { SpareWorkspaces } from '@murmuration/engine/fused/spare-workspaces';
import { createWorkspace } from '@murmuration/engine/fused/web-assembly';
import type { Workspace } from '@murmuration/engine/fused/workspace';
import { beforeEach, describe, expect, it } from 'vitest';

const mebibyte = 2 ** 20;

async function used(bytes: number): Promise<Workspace> {
  const workspace = await createWorkspace();
  workspace.reserveBytes(bytes);
  workspace.commit();
  workspace.floats.fill(7);
  return workspace;
}

let spare: SpareWorkspaces;

beforeEach(() => {
  spare = new SpareWorkspaces();
});

describe('workspaces that models have left', () => {
  it('are the next ones’, with nothing of who had them before', async () => {
    const first = await used(3 * mebibyte);
    const { capacity } = first;
    await spare.leave(first);
    const second = await spare.take(3 * mebibyte);
    expect(second).toBe(first);
    expect(second.capacity).toBe(capacity);
    expect(second.floats.some(value => value !== 0)).toBe(false);
    expect(await spare.take(3 * mebibyte)).not.toBe(first);
    // All regions are free.
    second.reserveBytes(3 * mebibyte);
    second.commit();
    expect(second.capacity).toBe(capacity);
  });

  it('are nobody’s who needs more, or much less', async () => {
    const workspace = await used(4 * mebibyte);
    await spare.leave(workspace);
    expect(await spare.take(5 * mebibyte)).not.toBe(workspace);
    expect(await spare.take(mebibyte)).not.toBe(workspace);
    expect(await spare.take(4 * mebibyte)).toBe(workspace);
  });

  it('are kept up to 16 MiB in all, the newest ones', async () => {
    const [oldest, ...others] = await Promise.all(Array.from({ length: 4 }, () => used(4 * mebibyte)));
    for (const workspace of [oldest!, ...others]) await spare.leave(workspace);
    const taken = await Promise.all(Array.from({ length: 4 }, () => spare.take(4 * mebibyte)));
    expect(taken).toEqual(expect.arrayContaining(others));
    expect(taken).not.toContain(oldest);
    const large = await used(17 * mebibyte);
    await spare.leave(large);
    expect(await spare.take(17 * mebibyte)).not.toBe(large);
  });
});
