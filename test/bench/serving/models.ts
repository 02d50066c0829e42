import { describeModel } from '@murmuration/engine/models/model';
import type * as tf from '@murmuration/engine/tfjs/tf';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
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
  readonly #models = new Map<string, readonly ModelContent[]>();
  readonly #listeners = new Set<(name: string) => void>();
  readonly #champions = new Map<string, number>();

  add(name: string, ...versions: readonly tf.LayersModel[]): void {
    const contents = versions.map((model): ModelContent => {
      const { topology, layout, weights } = describeModel(model);
      const { hash } = encodeModel(topology, layout, weights);
      return { platform: 'tensorflowjs_layersmodel', files: { hash, topology, layout, weights } };
    });
    this.#models.set(name, contents);
    this.#champions.set(name, 0);
  }

  addOnnx(name: string, bytes: Uint8Array): void {
    this.#models.set(name, [{ platform: 'onnx_onnxv1', bytes }]);
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
    const content = this.#find(name)[number];
    if (!content) return refuseModel(name, []);
    const hash =
      content.platform === 'onnx_onnxv1'
        ? (hex(native.sha256(content.bytes)) as ModelHash)
        : content.files.hash;
    return { name, version: String(number), hash };
  }

  async content({ name, version }: ServedModel): Promise<ModelContent> {
    return this.#find(name)[Number(version)] ?? refuseModel(name, []);
  }

  watch(changed: (name: string) => void): Cancel {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(): Promise<void> {}

  #find(name: string): readonly ModelContent[] {
    return this.#models.get(name) ?? refuseModel(name, [...this.#models.keys()]);
  }
}
