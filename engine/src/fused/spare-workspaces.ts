import { createWorkspace } from './web-assembly.ts';
import type { Workspace } from './workspace.ts';

/** Most bytes kept. */
const maxSpareBytes = 16 * 2 ** 20;
/**
 * Bytes by which a spare one may exceed twice the requested size, since a model needs more than its weights.
 */
const slack = 2 ** 20;

/**
 * Workspaces that models have left, for later models. Their memory is freed only by garbage collection, so a
 * server whose models come and go would pile up dead ones.
 */
export class SpareWorkspaces {
  /** Spare workspaces, oldest first. */
  readonly #spare: Workspace[] = [];

  /**
   * Returns a spare workspace of about `bytes` bytes, or a new one if none fits. Rejects as `createWorkspace`
   * does.
   */
  async take(bytes: number): Promise<Workspace> {
    // A much smaller model would hold on to memory that it has no use for.
    const at = this.#spare.findIndex(({ capacity }) => capacity >= bytes && capacity <= 2 * bytes + slack);
    return this.#spare.splice(at, at < 0 ? 0 : 1)[0] ?? createWorkspace();
  }

  /** Takes back a workspace that is no longer in use; drops it if it is too large or has threads. */
  async leave(workspace: Workspace): Promise<void> {
    const { threads } = workspace;
    await workspace.close();
    if (threads > 1 || workspace.capacity > maxSpareBytes) return;
    workspace.clear();
    this.#spare.push(workspace);
    while (this.#spare.reduce((sum, { capacity }) => sum + capacity, 0) > maxSpareBytes) this.#spare.shift();
  }
}

/** Spare workspaces of this thread. */
export const spareWorkspaces = new SpareWorkspaces();
