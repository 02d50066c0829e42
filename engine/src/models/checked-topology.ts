import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxValues, sizeOf } from '@murmuration/protocol/weights/layout';

/** Layers that a model runs at most, those of models and wrappers in it counted as often as they run. */
const mostLayers = 10_000;
/** Looks at layers and links, while the calls of a graph are put in order. */
const mostSteps = 1_000_000;
/** TensorFlow.js makes what such a layer wraps three times over. */
const timesMade: Readonly<Record<string, number>> = { Bidirectional: 3 };

type Dictionary = Readonly<Record<string, unknown>>;

/** A layer as the file has it, its keys as TensorFlow.js has them in memory. */
interface Described extends Dictionary {
  readonly className: string;
  readonly config: Dictionary | readonly unknown[];
}

/** One of the inputs of a call: the output of a call of another layer. */
type Link = readonly [layer: string, call: number];

/** Of one layer. */
interface Calls {
  /** How many there are. */
  made: number;
  /** Those to be made. */
  wanted: readonly (readonly Link[])[];
}

/**
 * What TensorFlow.js may have of the `modelTopology` of a file: the model, and nothing beside it. It loops for ever over some: calls that wait
 * for one another or for none that is there, and models in models that call each other twice. Takes time that is bounded, and linear in a file
 * that has its layers in order.
 *
 * @throws MurmurationError `model.unusable` for these, for more than 10,000 layers, a shape of more than 2^27 values, and a stateful layer
 */
export function checkedTopology(topology: object): object {
  const file = topology as Dictionary;
  const model = tfjsForm(file.model_config ?? file, '');
  if (!isDescribed(model)) return refuse('its file describes no model');
  layersOf(model);
  const { className, config } = model;
  return { className, config };
}

/** Keys and texts as TensorFlow.js makes them of a file; made twice, they are the same. */
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

/** How many layers run when one is called once. */
function layersOf({ className, config }: Described): number {
  const { layers, ...others } = config as Dictionary;
  const { stateful, batchInputShape, batchShape } = others;
  if (stateful) refuse('a stateful layer would carry what one example was into the next');
  for (const shape of [batchInputShape, batchShape]) requireSmall(shape);
  const inside = Array.isArray(config) ? config : layers;
  if (className === 'Sequential' || !Array.isArray(inside))
    return bounded(1 + (timesMade[className] ?? 1) * layersIn(config));
  // A wrapper may have a list of layers besides, which it never looks at.
  return bounded(1 + layersOfGraph(inside) + (timesMade[className] ?? 1) * layersIn(others));
}

/** Of a model or a wrapper, by whatever option it has them. */
function layersIn(value: unknown): number {
  if (isDescribed(value)) return layersOf(value);
  if (typeof value !== 'object' || value === null) return 0;
  // TensorFlow.js takes the list of one name for that name.
  if (Array.isArray((value as Dictionary).className)) refuse('a class is named by a list');
  let layers = 0;
  for (const [name, each] of Object.entries(value)) {
    const inside = layersIn(each);
    if (!/(Initializer|Regularizer|Constraint)$/.test(name)) layers += inside;
    // It looks like one layer itself, and TensorFlow.js would make it one of any class, models as well.
    else if (inside > 1) refuse(`the ${name} of a layer holds layers`);
  }
  return bounded(layers);
}

/** The layers of a graph, each as often as it is called. */
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
 * Goes through the calls as TensorFlow.js does: again and again over all layers, until each call has been made. Refuses where none of those left
 * can be, and where it takes more than a million steps, as it does for thousands of layers in the reverse order.
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
        // TensorFlow.js leaves out a call of nothing.
        if (links.length > 0) calls.made += 1;
        return false;
      });
      left += calls.wanted.length;
      if (steps > mostSteps) refuse('its layers follow one another in an order that takes too long to find');
    }
    if (left === before)
      refuse(`${left} calls of its layers wait for one another, or for calls that are not there`);
  }
}

/** A model in a model has the call of its own inputs before any other. */
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

/** Of what is known of it. */
export function requireSmall(shape: unknown): void {
  if (!Array.isArray(shape)) return;
  const known = shape.filter(length => typeof length === 'number').map(Math.abs);
  if (!(sizeOf(known) <= maxValues)) refuse(`the shape [${shape}] has more than ${maxValues} values`);
}

function bounded(layers: number): number {
  return layers <= mostLayers ? layers : refuse(`it runs more than ${mostLayers} layers`);
}

function refuse(why: string): never {
  throw new MurmurationError('model.unusable', `The model can't be built: ${why}.`);
}
