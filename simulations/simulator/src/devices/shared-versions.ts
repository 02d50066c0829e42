import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Number of versions kept: the one that a round trains from, and the one before. */
const maxSharedVersions = 2;

/** Model versions in memory that all threads share, one copy for all devices. */
export class SharedVersions {
  readonly #versions = new BoundedMap<string, ModelFiles>(maxSharedVersions);
  /** True if each device has its own weights in some layers. */
  readonly #arePersonal: boolean;

  constructor(arePersonal: boolean) {
    this.#arePersonal = arePersonal;
  }

  /** Returns the same version with weights in shared memory. */
  shared(files: ModelFiles): ModelFiles {
    if (this.#arePersonal) return files;
    const known = this.#versions.get(files.hash);
    if (known) return known;
    const weights = new Float32Array(new SharedArrayBuffer(files.weights.byteLength));
    weights.set(files.weights);
    const version = { ...files, weights };
    this.#versions.set(files.hash, version);
    return version;
  }
}
