import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxValues, sizeOf } from '@murmuration/protocol/weights/layout';

/** Most layers that a model runs; those of nested models and wrappers count as often as they run. */
const maxLayers = 10_000;
/** Most looks at layers and links while the calls of a graph are put in order. */
const maxLooks = 1_000_000;
/** Number of times that TensorFlow.js builds the layer inside each wrapper; 1 for others. */
const timesMade: Readonly<Record<string, number>> = { Bidirectional: 3 };

type Dictionary = Readonly<Record<string, unknown>>;

/** Layer as stored in the file, with keys as TensorFlow.js has them in memory. */
interface Described extends Dictionary {
  readonly className: string;
  readonly config: Dictionary | readonly unknown[];
}

/** Input of a call: the output of a call of another layer. */
type Link = readonly [layer: string, call: number];

/** Calls of one layer. */
interface Calls {
  /** Number of calls made so far. */
  made: number;
  /** Calls still to be made. */
  wanted: readonly (readonly Link[])[];
}

/**
 * Returns the model in the `modelTopology` of a file, and nothing else of it, if TensorFlow.js can build it
 * safely. TensorFlow.js would loop for ever over some: calls that wait for one another or for none that is
 * there, and nested models that call each other twice. The check takes bounded time, linear for a file with
 * its layers in order.
 *
 * @throws MurmurationError `model.unusable` for these, for more than 10,000 layers, a shape of more than 2^27
 * values, and a stateful layer
 */
export function checkedTopology(topology: object): object {
  const file = topology as Dictionary;
  const model = tfjsForm(file.model_config ?? file, '');
  if (!isDescribed(model)) return refuse('its file describes no model');
  layersOf(model);
  const { className, config } = model;
  return { className, config };
}

/** Converts keys and texts as TensorFlow.js does; converting twice changes nothing. */
function tfjsForm(value: unknown, key: string): unknown {
  if (typeof value === 'string') return camelled(value);
  if (Array.isArray(value)) {
    const isLink = ['inboundNodes', 'outputLayers', 'inputLayers'].includes(key);
    return value.map((each, i) =>
      isLink && i === 0 && typeof each === 'string' ? each : tfjsForm(each, key),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const form: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const to = camelled(name);
    form[to] = name === 'name' && typeof each === 'string' ? each : tfjsForm(each, to);
  }
  return form;
}

const camelled = (text: string): string =>
  text.length > 1 ? text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase()) : text;

function isDescribed(value: unknown): value is Described {
  if (typeof value !== 'object' || value === null) return false;
  const { className, config } = value as Dictionary;
  return typeof className === 'string' && typeof config === 'object' && config !== null;
}

/** Number of layers that run in one call of this one. */
function layersOf({ className, config }: Described): number {
  const { layers, ...others } = config as Dictionary;
  const { stateful, batchInputShape, batchShape } = others;
  if (stateful) refuse('a stateful layer would carry what one example was into the next');
  for (const shape of [batchInputShape, batchShape]) requireSmall(shape);
  const inside = Array.isArray(config) ? config : layers;
  if (className === 'Sequential' || !Array.isArray(inside))
    return bounded(1 + (timesMade[className] ?? 1) * layersIn(config));
  // A wrapper may also have a list of layers, which it never looks at.
  return bounded(1 + layersOfGraph(inside) + (timesMade[className] ?? 1) * layersIn(others));
}

/** Number of layers inside a model or a wrapper, under any option. */
function layersIn(value: unknown): number {
  if (isDescribed(value)) return layersOf(value);
  if (typeof value !== 'object' || value === null) return 0;
  // TensorFlow.js takes a list of one name for that name.
  if (Array.isArray((value as Dictionary).className)) refuse('a class is named by a list');
  let layers = 0;
  for (const [name, each] of Object.entries(value)) {
    const inside = layersIn(each);
    if (!/(Initializer|Regularizer|Constraint)$/.test(name)) layers += inside;
    // An initializer looks like one layer, and TensorFlow.js would build it as any class, even a model.
    else if (inside > 1) refuse(`the ${name} of a layer holds layers`);
  }
  return bounded(layers);
}

/** Number of layers of a graph, each counted as often as it is called. */
function layersOfGraph(layers: readonly unknown[]): number {
  const calls = new Map<string, Calls>();
  let sum = 0;
  for (const each of layers) {
    if (!isDescribed(each)) return refuse('one of its layers is described as none');
    const { name, config } = each as Described & { readonly config: Dictionary };
    if (typeof name !== 'string' || name in {} || calls.has(name) || config.name !== name)
      return refuse(`it has no layer of its own for the name ${String(name)}`);
    const wanted = linksOf(name, each.inboundNodes);
    calls.set(name, { made: callsFromTheStart(each), wanted });
    sum = bounded(sum + Math.max(1, wanted.length) * layersOf(each));
  }
  requirePossible(calls);
  return sum;
}

/**
 * Goes through the calls as TensorFlow.js does: over all layers again and again, until each call has been
 * made. Refuses if no remaining call can be made, and after more than a million steps, as thousands of layers
 * in reverse order take.
 */
function requirePossible(all: ReadonlyMap<string, Calls>): void {
  let steps = 0;
  const isThere = ([from, call]: Link): boolean => {
    const calls = all.get(from) ?? refuse(`a layer follows ${from}, which is not there`);
    steps += 1;
    return call < calls.made;
  };
  for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
    const before = left;
    left = 0;
    for (const calls of all.values()) {
      steps += 1;
      calls.wanted = calls.wanted.filter(links => {
        if (!links.every(isThere)) return true;
        // TensorFlow.js does not count a call without inputs.
        if (links.length > 0) calls.made += 1;
        return false;
      });
      left += calls.wanted.length;
      if (steps > maxLooks) refuse('its layers follow one another in an order that takes too long to find');
    }
    if (left === before)
      refuse(`${left} calls of its layers wait for one another, or for calls that are not there`);
  }
}

/** Returns 1 for an input layer or a nested model, which has the call of its own inputs before any other. */
function callsFromTheStart({ className, config }: Described): number {
  const { layers } = config as Dictionary;
  return className === 'InputLayer' || (Array.isArray(layers) && layers.length > 0) ? 1 : 0;
}

function linksOf(layer: string, nodes: unknown): readonly (readonly Link[])[] {
  const isLink = (link: unknown) =>
    Array.isArray(link) && typeof link[0] === 'string' && Number.isSafeInteger(link[1]) && link[1] >= 0;
  if (!Array.isArray(nodes) || !nodes.every(node => Array.isArray(node) && node.every(isLink)))
    return refuse(`the calls of the layer ${layer} are not written as lists of [layer, call, output]`);
  return nodes;
}

/** Refuses a shape whose known lengths multiply to more than `maxValues`. */
export function requireSmall(shape: unknown): void {
  if (!Array.isArray(shape)) return;
  const known = shape.filter(length => typeof length === 'number').map(Math.abs);
  if (!(sizeOf(known) <= maxValues)) refuse(`the shape [${shape}] has more than ${maxValues} values`);
}

function bounded(layers: number): number {
  return layers <= maxLayers ? layers : refuse(`it runs more than ${maxLayers} layers`);
}

function refuse(why: string): never {
  throw new MurmurationError('model.unusable', `The model can't be built: ${why}.`);
}
