// A reporter for vitest that ends a run in which nothing has moved for longer than any test may take, and names what was under way: a test
// that never lets go of its process has no time limit of its own.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';

/** ms without a test that began or ended; more than the time limit of any test or hook. */
const longestPause = 8 * 60_000;
/** ms of a whole run where nobody watches it: test after test that fails by its time limit takes hours. */
const longestRun = process.env.CI ? 35 * 60_000 : Number.POSITIVE_INFINITY;

/**
 * The parts of vitest's tasks that are read here.
 * @typedef {{ moduleId: string }} TestModule
 * @typedef {{ fullName: string, module: TestModule }} TestCase
 */

export default class Stuck {
  /** Each open file, with the test that it is known to have begun last. @type {Map<string, string>} */
  #open = new Map();
  #deadline = performance.now() + longestRun;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  onInit() {
    this.#moved();
  }

  /** @param {TestModule} module */
  onTestModuleStart({ moduleId }) {
    this.#open.set(moduleId, '');
    this.#moved();
  }

  /** @param {TestCase} test */
  onTestCaseReady({ fullName, module }) {
    this.#open.set(module.moduleId, fullName);
    this.#moved();
  }

  onTestCaseResult() {
    this.#moved();
  }

  /** @param {TestModule} module */
  onTestModuleEnd({ moduleId }) {
    this.#open.delete(moduleId);
    this.#moved();
  }

  #moved() {
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#deadline - performance.now());
    this.#timer = setTimeout(() => this.#end(), Math.min(longestPause, left)).unref();
  }

  #end() {
    const open = [...this.#open].map(([file, test]) => `  ${relative(process.cwd(), file)} ${test}\n`);
    const under = open.join('') || '  no test\n';
    console.log(`Ended, since nothing moved for long, or all of it took too long. Under way:\n${under}`);
    // A process that computes for ever doesn't notice that nobody waits for it.
    spawnSync('pkill', ['-KILL', '-P', String(process.pid)]);
    process.exit(1);
  }
}
