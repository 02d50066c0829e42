import { describeModel } from '@murmuration/engine/models/model';
import type * as tf from '@murmuration/engine/tfjs/tf';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import {
  type ModelContent,
  type ModelListing,
  type ModelSource,
  refuseModel,
  type ServedModel,
} from '@murmuration/serving/source/source';

/** Models in memory, of which each has one or two versions and an alias that moves between them. */
export class BenchModels implements ModelSource {
  readonly description = 'memory';
  readonly #models = new Map<string, readonly ModelFiles[]>();
  readonly #listeners = new Set<(name: string) => void>();
  readonly #champions = new Map<string, number>();

  add(name: string, ...versions: readonly tf.LayersModel[]): void {
    const files = versions.map(model => {
      const { topology, layout, weights } = describeModel(model);
      return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
    });
    this.#models.set(name, files);
    this.#champions.set(name, 0);
  }

  promote(name: string, version: number): void {
    this.#champions.set(name, version);
    for (const changed of this.#listeners) changed(name);
  }

  async names(): Promise<readonly string[]> {
    return [...this.#models.keys()];
  }

  async listing(name: string): Promise<ModelListing> {
    const versions = this.#find(name).map((_, number) => String(number));
    return { name, versions, aliases: { champion: String(this.#champions.get(name)) }, standard: 'champion' };
  }

  async resolve(name: string): Promise<ServedModel> {
    const number = this.#champions.get(name) ?? 0;
    const files = this.#find(name)[number];
    if (!files) return refuseModel(name, []);
    return { name, version: String(number), hash: files.hash };
  }

  async content({ name, version }: ServedModel): Promise<ModelContent> {
    const files = this.#find(name)[Number(version)];
    return files ? { platform: 'tensorflowjs_layersmodel', files } : refuseModel(name, []);
  }

  watch(changed: (name: string) => void): Cancel {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(): Promise<void> {}

  #find(name: string): readonly ModelFiles[] {
    return this.#models.get(name) ?? refuseModel(name, [...this.#models.keys()]);
  }
}
