import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const folder = fileURLToPath(new URL('./', import.meta.url));

/** Kinds of tests whose files take long, the longest first. */
const slow = ['e2e', 'faults', 'attacks', 'unit/simulations', 'unit/engine', 'reference'];

/**
 * Starts with the files that take long, so that all workers end at about the same time: by how long they took the last time, as
 * vitest remembers, and by their kind and length where it never ran them. Files that need a process of their own come last, since the
 * workers of all others end there.
 */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification): number => {
      if (file.project.config.isolate) return 2 * slow.length;
      if (this.#lasted(file)) return 0;
      const path = relative(folder, file.moduleId).replaceAll('\\', '/');
      const kind = slow.findIndex(start => path.startsWith(`${start}/`));
      return kind < 0 ? slow.length : kind;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }

  /** Whether vitest knows how long a file took. */
  #lasted({ project, moduleId }: TestSpecification): boolean {
    const key = `${project.name}:${relative(project.config.root, moduleId)}`;
    return this.ctx.cache.getFileTestResults(key) !== undefined;
  }
}
