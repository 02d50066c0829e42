import { createWorkspace } from './web-assembly.ts';
import type { Workspace } from './workspace.ts';

/** Bytes of all that is kept, at most. */
const mostBytes = 16 * 2 ** 20;
/** Bytes by which one may be larger than twice what is asked for: a model needs more than its weights. */
const slack = 2 ** 20;

/**
 * Workspaces that models have left, for those that come next. The memory of one comes free only once somebody collects garbage, so that a
 * server whose models come and go would have many dead ones in memory.
 */
export class SpareWorkspaces {
  /** In the order in which they were left. */
  readonly #spare: Workspace[] = [];

  /** A workspace for about so many bytes, a new one where none fits. Rejects as `createWorkspace`. */
  async take(bytes: number): Promise<Workspace> {
    // A model that is much smaller would hold on to what it has no use for.
    const at = this.#spare.findIndex(({ capacity }) => capacity >= bytes && capacity <= 2 * bytes + slack);
    return this.#spare.splice(at, at < 0 ? 0 : 1)[0] ?? createWorkspace();
  }

  /** Takes back a workspace that nobody uses any more, or lets it go. */
  async leave(workspace: Workspace): Promise<void> {
    const { threads } = workspace;
    await workspace.close();
    if (threads > 1 || workspace.capacity > mostBytes) return;
    workspace.clear();
    this.#spare.push(workspace);
    while (this.#spare.reduce((sum, { capacity }) => sum + capacity, 0) > mostBytes) this.#spare.shift();
  }
}

/** Those of this thread. */
export const spareWorkspaces = new SpareWorkspaces();
