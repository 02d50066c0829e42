/** State that components read and subscribe to: the same object until it changes. */
export class KeptState<State extends object> {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(state: State) {
    this.#state = state;
  }

  readonly read = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes these fields; notifies listeners if any of them differs. */
  change(changes: Partial<State>): void {
    const names = Object.keys(changes) as (keyof State)[];
    if (names.every(name => Object.is(this.#state[name], changes[name]))) return;
    this.#state = { ...this.#state, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
