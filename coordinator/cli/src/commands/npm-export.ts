import { createHash } from 'node:crypto';
import type { Deviation } from '@murmuration/engine/measure/difference';
import type { StoredModel, StoredWeights } from '@murmuration/engine/models/stored-weights';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Datatype, TensorSpec } from '@murmuration/protocol/tensors/tensor';
import { type Fetched, writeFolder } from '../client/model-export.ts';
import { version as own } from '../output/version.ts';
import { inThread } from '../threads/in-thread.ts';
import type loadStored from '../threads/load-stored.ts';
import { differences, noting, sizeLine, type Written } from './export-report.ts';
import { storedSmaller, writtenOf } from './folder-export.ts';

export interface NpmOptions {
  /** Name of the package; by default it follows from the task. */
  readonly name?: string | undefined;
  /** Version of the package; by default `1.NUMBER.0`. */
  readonly packageVersion?: string | undefined;
}

/** Export as an npm package. */
export interface NpmExported extends Written {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Difference of the answers with smaller weights from those of the model; null if all weights are float32.
   */
  readonly measured: Deviation | null;
}

/** Pattern of names that npm accepts: https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const npmNamePattern = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const npmVersionPattern = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const maxNpmNameLength = 214;

/**
 * Writes a version as a package: the model, the hashes of its files, and a typed `predict` for Node and
 * browsers that needs no coordinator. Throws `config.invalid` for a name or version that npm refuses, and
 * `model.unusable` for a model that does not load, and then writes nothing.
 */
export async function exportNpm(
  fetched: Fetched,
  folder: string,
  weights: StoredWeights,
  options: NpmOptions,
): Promise<NpmExported> {
  const { files, version: source } = fetched;
  const { name = `${source?.task ?? files.hash.slice(0, 12)}-model`, packageVersion } = options;
  const version = packageVersion ?? `1.${source?.number ?? 0}.0`;
  if (!npmNamePattern.test(name) || name.length > maxNpmNameLength)
    throw new MurmurationError(
      'config.invalid',
      `"${name}" is no name of a package; it has lower-case letters, digits, dots, underscores and hyphens, such as keyboard-model or @acme/keyboard.`,
    );
  if (!npmVersionPattern.test(version))
    throw new MurmurationError(
      'config.invalid',
      `"${version}" is no version; expected three numbers, such as 1.12.0.`,
    );
  const { stored, measured } = await storedSmaller(fetched, weights);
  const { inputs, outputs } = await noting('Loading the model', () =>
    inThread<typeof loadStored>(new URL('../threads/load-stored.ts', import.meta.url), stored),
  );
  const described = { name, version, source, hash: files.hash, weights };
  await writeFolder(folder, {
    [stored.name]: stored.weights,
    'model.json': stored.json,
    'index.js': moduleText(described, stored),
    'index.d.ts': typesText(described, inputs, outputs),
    'README.md': readmeText(described, inputs, outputs),
    'package.json': manifestText(described, stored),
  });
  return { ...writtenOf(fetched, stored, weights), folder, name, version, inputs, outputs, measured };
}

/** Returns the report of an export to the user, line by line. */
export function linesOfPackage(done: NpmExported): readonly string[] {
  const { name, version, folder, inputs, outputs, measured, weights } = done;
  return [
    sizeLine(done, `${folder}, a package ${name}@${version}`),
    `It takes ${listed(inputs)} and gives ${listed(outputs)}.`,
    ...(measured ? [differences(measured, weights)] : []),
    `Install it where @murmuration/client-sdk is installed, from its packs: npm install ${folder.startsWith('/') ? folder : `./${folder}`}`,
  ];
}

interface Described {
  readonly name: string;
  readonly version: string;
  readonly source: Fetched['version'];
  readonly hash: string;
  readonly weights: StoredWeights;
}

function manifestText({ name, version, source, hash, weights }: Described, stored: StoredModel): string {
  return json({
    name,
    version,
    description: `${titleOf(source, hash)}, ready to run in Node and browsers.`,
    type: 'module',
    sideEffects: false,
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './model.json': './model.json',
      './package.json': './package.json',
    },
    files: ['index.js', 'index.d.ts', 'model.json', stored.name],
    dependencies: { '@murmuration/engine': own },
    murmuration: { task: source?.task ?? null, number: source?.number ?? null, model: hash, weights },
  });
}

function moduleText({ source, hash, weights }: Described, stored: StoredModel): string {
  const facts = { task: source?.task ?? null, number: source?.number ?? null, hash, weights };
  return `import { openPackaged } from '@murmuration/engine/packaged';

// Written out one by one, so that bundlers find the files and bring them along.
const files = {
  json: new URL('./model.json', import.meta.url),
  weights: new URL('./${stored.name}', import.meta.url),
  sha256: {
    json: '${sha256(stored.json)}',
    weights: '${stored.name.slice(0, 64)}',
  },
};

export const version = Object.freeze(${JSON.stringify(facts)});

export function load(options) {
  return openPackaged(files, options);
}
`;
}

function typesText(
  { source, hash }: Described,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
): string {
  const fields = (specs: readonly TensorSpec[], type: string) =>
    specs
      .map(
        ({ name, datatype, shape }) =>
          `  /** ${datatype} [${shape.join(', ')}]; -1 is any length. */\n  readonly ${JSON.stringify(name)}: ${type}<${arrayOf(datatype)}>;`,
      )
      .join('\n');
  return `import type { Answer, OpenOptions, PackagedModel, Values } from '@murmuration/engine/packaged';

export interface Inputs {
${fields(inputs, 'Values')}
}

export interface Outputs {
${fields(outputs, 'Answer')}
}

/** ${titleOf(source, hash)}. */
export declare const version: {
  readonly task: string | null;
  readonly number: number | null;
  readonly hash: string;
  readonly weights: 'float32' | 'float16' | 'int8';
};

/** Loads the model after checking its files against their hashes. Rejects with a code in \`code\`: \`model.corrupt\`, \`engine.no-backend\`. */
export declare function load(options?: OpenOptions): Promise<PackagedModel<Inputs, Outputs>>;
`;
}

function readmeText(
  { name, source, hash, weights }: Described,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
): string {
  const example = inputs
    .map(({ name: input, shape }) => `${JSON.stringify(input)}: ${exampleOf(shape)}`)
    .join(', ');
  return `# ${name}

${titleOf(source, hash)}, with ${weights} weights. It runs in Node and in browsers, by itself.

\`\`\`js
import { load } from '${name}';

const model = await load();
const answers = await model.predict({ ${example} });
console.log(answers[${JSON.stringify(outputs[0]?.name ?? '')}].shape);
await model.close();
\`\`\`

It takes ${listed(inputs)} and gives ${listed(outputs)}; -1 is any length. Inputs are nested lists, or
\`{ shape, data }\` with a typed array. The model's hash is \`${hash}\`; \`load\` refuses files that were changed.
`;
}

function titleOf(source: Fetched['version'], hash: string): string {
  return source ? `Version ${source.number} of the model ${source.task}` : `The model ${hash.slice(0, 12)}`;
}

function listed(specs: readonly TensorSpec[]): string {
  return specs.map(({ name, datatype, shape }) => `${name} (${datatype} ${shape.join(' × ')})`).join(', ');
}

/** Returns the source of nested lists of zeros of the shape, with length 1 for lengths that vary. */
function exampleOf(shape: readonly number[]): string {
  const [length, ...rest] = shape;
  if (length === undefined) return '0';
  const most = 4;
  if (length > most) return `Array(${length}).fill(${exampleOf(rest)})`;
  return `[${Array.from({ length: Math.max(1, length) }, () => exampleOf(rest)).join(', ')}]`;
}

function arrayOf(datatype: Datatype): string {
  return { FP32: 'Float32Array', INT32: 'Int32Array' }[datatype as string] ?? 'Uint8Array';
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
