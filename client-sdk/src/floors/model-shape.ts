import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash, type TaskName } from '@murmuration/protocol/ids/ids';
import { contentHash, type Manifest, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { BundledModel } from '../models/bundled-model.ts';
import type { Storage } from '../storage/storage.ts';
import { BelowFloor } from './below-floor.ts';

/** Contents of a `model.json` without the hash of its weights: all that training and serving read of it. */
interface Shape {
  readonly topology: unknown;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** Refused model of another shape than the pinned one. */
export interface OtherShape {
  /** SHA-256 of the pinned shape, hexadecimal. */
  readonly pinned: string;
  /** SHA-256 of the offered shape, for `acceptTopology` of the client. */
  readonly offered: string;
}

interface ShapePorts {
  readonly storage: Storage;
  readonly task: TaskName;
  /** Most rows, or columns if these grow, of a tensor, by its name. */
  readonly growable: Readonly<Record<string, number>>;
  /** Returns the shape of the bundled model, which the app vouches for. */
  readonly bundled: () => Promise<Shape | undefined>;
  readonly refused: (other: OtherShape) => void;
}

/**
 * Keeps a task to the shape of its first model: the maker of a model can craft one whose sums reveal single
 * devices (Fowl et al. 2022; Boenisch et al. 2023). Tensors that the app named may get more rows, or columns;
 * any other change needs the app's consent.
 */
export class ModelShape {
  readonly #ports: ShapePorts;
  readonly #name: string;
  readonly #acceptedName: string;

  constructor(ports: ShapePorts) {
    this.#ports = ports;
    this.#name = `shape.${ports.task}`;
    this.#acceptedName = `accepted-shape.${ports.task}`;
  }

  /**
   * Pins the first model's shape. Throws `plan.below-floor` for another shape that the app has not accepted.
   */
  async require({ topology, layout }: Pick<Manifest, 'topology' | 'layout'>): Promise<void> {
    const offered: Shape = { topology, tensors: layout.tensors };
    const { storage, bundled, growable, refused } = this.#ports;
    const pinned = await this.#pinned();
    const allows = (shape: Shape | undefined): shape is Shape => !!shape && fits(shape, offered, growable);
    if (allows(pinned)) return;
    const ofApp = await bundled();
    const digest = digestOf(offered);
    if (allows(ofApp)) return this.#pin(ofApp);
    const accepted = await storage.get(this.#acceptedName);
    if ((!pinned && !ofApp) || (accepted && new TextDecoder().decode(accepted) === digest))
      return this.#pin(offered);
    refused({ pinned: digestOf(pinned ?? ofApp!), offered: digest });
    throw new BelowFloor('topology', 'The model has another shape than the first one of its task.');
  }

  /**
   * Lets a shape replace the pinned one when it is next offered; `offered` is that of `OtherShape`. Durable
   * when it returns. Throws `options.invalid` if it is not a hash.
   */
  async accept(offered: string): Promise<void> {
    if (!hashPattern.test(offered))
      throw new MurmurationError(
        'options.invalid',
        'A shape is named by 64 hexadecimal digits, those of a topology event.',
      );
    await this.#ports.storage.put(this.#acceptedName, utf8(offered));
  }

  /** Returns undefined if damaged: the next model is then the first. */
  async #pinned(): Promise<Shape | undefined> {
    const bytes = await this.#ports.storage.get(this.#name);
    return bytes && (parseJson(bytes) as Shape | undefined);
  }

  async #pin(shape: Shape): Promise<void> {
    await this.#ports.storage.put(this.#name, textOf(shape));
    await this.#ports.storage.delete(this.#acceptedName);
  }
}

/** Returns the shape of a bundled model. Throws `model.corrupt`. */
export function bundledShape({ json }: BundledModel): Shape {
  const { topology, layout } = parseModelJson(contentHash(json) as ModelHash, json);
  return { topology, tensors: layout.tensors };
}

const textOf = ({ topology, tensors }: Shape): Uint8Array => utf8(JSON.stringify({ topology, tensors }));
const digestOf = (shape: Shape): string => contentHash(textOf(shape));

/**
 * True if `offered` equals `pinned`, except for rows or columns added to growable tensors, and the numbers of
 * its topology that count these.
 */
function fits(pinned: Shape, offered: Shape, growable: Readonly<Record<string, number>>): boolean {
  if (pinned.tensors.length !== offered.tensors.length) return false;
  /** Grown sizes, from → to. */
  const grown = new Map<number, number>();
  for (const [i, { name, shape }] of pinned.tensors.entries()) {
    const next = offered.tensors[i]!;
    if (name !== next.name || shape.length !== next.shape.length) return false;
    const axes = [...shape.keys()].filter(axis => shape[axis] !== next.shape[axis]);
    if (axes.length === 0) continue;
    if (axes.length > 1) return false;
    const [from, to] = [shape[axes[0]!]!, next.shape[axes[0]!]!];
    const limit = Object.hasOwn(growable, name) ? growable[name]! : 0;
    if (to < from || to > limit || (grown.get(from) ?? to) !== to) return false;
    grown.set(from, to);
  }
  return isAlike(pinned.topology, offered.topology, grown);
}

function isAlike(a: unknown, b: unknown, grown: ReadonlyMap<number, number>): boolean {
  if (typeof a === 'number') return a === b || (grown.has(a) && grown.get(a) === b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      name =>
        Object.hasOwn(b, name) &&
        isAlike((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], grown),
    )
  );
}
