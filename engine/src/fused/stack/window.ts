import type { Address } from '../kernels.ts';
import type { Workspace } from '../workspace.ts';
import type { Window } from './layers.ts';

/** Window in the kernels' memory; `engine/assembly/window.ts` reads it. */
export class WindowRegion {
  readonly #workspace: Workspace;
  readonly #window: Window;
  #address: Address = 0;

  constructor(workspace: Workspace, window: Window) {
    this.#workspace = workspace;
    this.#window = window;
  }

  get address(): Address {
    return this.#address;
  }

  reserve(): void {
    this.#address = this.#workspace.reserve(11);
  }

  /** Writes the window; called once the memory is committed. */
  write(): void {
    const w = this.#window;
    // biome-ignore format: the order in which the kernels read them
    const numbers = [
      w.height, w.width, w.channels, w.outHeight, w.outWidth,
      w.filterHeight, w.filterWidth, w.strideHeight, w.strideWidth, w.top, w.left,
    ];
    this.#workspace.ints.set(numbers, this.#address / 4);
  }
}
