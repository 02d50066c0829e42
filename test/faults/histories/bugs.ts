/** A change to one source that plants a bug: `find` stands in `file` exactly once. */
export interface Bug {
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const rounds = (file: string) => `coordinator/rounds/src/rounds/${file}`;

const cells = (file: string) => `coordinator/server/src/cells/${file}`;

/** Bugs as they are made, over all parts of a round and of how cells share tasks. */
export const bugs: readonly Bug[] = [
  {
    name: 'acknowledges what is queued, not what is durable',
    file: rounds('group-commit.ts'),
    find: 'if (position <= this.#durable) resolve();',
    replace: 'if (position <= this.#queued) resolve();',
  },
  {
    name: 'sends the survivors statement, and writes it down then',
    file: rounds('masked-part.ts'),
    find: `this.#journal.append({ type: 'stated', statement: statements });
      out();`,
    replace: `out();
      this.#journal.append({ type: 'stated', statement: statements });`,
  },
  {
    name: 'forgets at a restart which updates it has counted',
    file: rounds('round-execution.ts'),
    find: "this.claims.take(assignment, 'updates', digest);",
    replace: 'void digest;',
  },
  {
    name: 'forgets at a restart who has left',
    file: rounds('round-execution.ts'),
    find: `case 'left':
      case 'tick':
        return this.happen(entry);`,
    replace: `case 'left':
        return;
      case 'tick':
        return this.happen(entry);`,
  },
  {
    name: 'sets no timer for the deadline of a round with which it goes on',
    file: rounds('driver.ts'),
    find: `default:
        this.#wakeAt(state.quorum.deadline);`,
    replace: 'default:',
  },
  {
    name: 'leaves the newest contributor out of a checkpoint',
    file: rounds('checkpointer.ts'),
    find: 'contributors: [...this.#contributors]',
    replace: 'contributors: this.#contributors.slice(0, -1)',
  },
  {
    name: 'writes single plain updates down',
    file: rounds('checkpointer.ts'),
    find: 'plain: 2',
    replace: 'plain: 1',
  },
  {
    name: 'takes in one phase what belongs into another',
    file: rounds('round-execution.ts'),
    find: "'cohort' in state && this.#takes(phase) ?",
    replace: "'cohort' in state ?",
  },
  {
    name: 'leaves the timer of a round that has failed',
    file: rounds('driver.ts'),
    find: `async #conclude(): Promise<void> {
    this.#cancelTimer();`,
    replace: 'async #conclude(): Promise<void> {',
  },
  {
    name: 'stores a version without the record that closes its round',
    file: rounds('commit-round.ts'),
    find: 'history.commit({ ...entry, entries })',
    replace: 'history.commit(entry.head ? { head: entry.head, entries } : { ...entry, entries })',
  },
  {
    name: 'states who survived before the sum of these is durable',
    file: rounds('masked-part.ts'),
    find: 'this.#checkpointer.commit.whenDurable(() => {',
    replace: 'queueMicrotask(() => {',
  },
  {
    name: 'takes whatever a device sends for its agreement',
    file: 'coordinator/rounds/src/masking/masked-round.ts',
    find: 'if (!this.#isSigned(number, this.#toAgree!, signature))',
    replace: 'if (signature.length === 0)',
  },
  {
    name: 'lets devices reveal before enough of them have agreed',
    file: 'coordinator/rounds/src/round/phases/agreement.ts',
    find: 'const { quorum, terms, settled } = closed;',
    replace: `const { quorum, terms } = closed;
    const settled = new Set(quorum.accepted > 1 ? [0] : []);`,
  },
  {
    name: 'forgets at a restart what devices signed with their updates',
    file: rounds('round-execution.ts'),
    find: 'if (signature) this.masked?.groups.of(assignment).takeUpdateSignature(assignment, signature);',
    replace: 'void signature;',
  },
  {
    name: 'forgets at a restart who has agreed',
    file: rounds('round-execution.ts'),
    find: "case 'stated':",
    replace: `case 'agree':
        return;
      case 'stated':`,
  },
  {
    name: 'ends the next phase as well by a grace that was written down twice',
    file: rounds('round-execution.ts'),
    find: `return entry.phase === undefined || entry.phase === this.#state.phase
          ? this.happen(entry)
          : undefined;`,
    replace: 'return this.happen(entry);',
  },
  {
    name: 'fences no late writer',
    file: 'coordinator/storage/src/leases/held-leases.ts',
    find: 'if (found.get(task) !== token) throw this.#lost();',
    replace: 'if (token < 0) throw this.#lost();',
  },
  {
    name: 'renews its leases from a stale clock: from when it heard of them, and not from when it asked',
    file: cells('cell.ts'),
    find: 'const until = asked + leases.lasts;',
    replace: 'const until = clock.now() + leases.lasts;',
  },
  {
    name: 'leads devices on where it hears nothing of its leases, beside the cell that has them now',
    file: cells('cell.ts'),
    find: 'this.#cancelDoubt = clock.at(until, () => this.#lead(false));',
    replace: '',
  },
  {
    name: 'takes over what it has already, and so counts an update twice',
    file: cells('cell.ts'),
    find: 'if (this.#running.has(task)) continue;',
    replace: '',
  },
  {
    name: 'reads the rounds that it takes over before it has their lease, and so forgets what was acknowledged meanwhile',
    file: cells('cell.ts'),
    find: `if (!isLeft && !(await leases.take(task, url))) continue;
      this.#free.delete(task);
      await takeOver(task);`,
    replace: `if (!isLeft) await takeOver(task);
      if (!isLeft && !(await leases.take(task, url))) continue;
      this.#free.delete(task);
      if (isLeft) await takeOver(task);`,
  },
];
