import { access } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { writeFolder } from '../client/model-export.ts';
import { bytes as inUnits } from '../output/figures.ts';
import { inThread } from '../threads/in-thread.ts';
import type readModel from '../threads/read-model.ts';
import { noting } from './export-report.ts';

/** Name and version under which a model is imported. */
export interface ImportOptions {
  /** Default: the name of the source folder. */
  readonly name?: string;
  readonly version: number;
  /** The clock by which it may take a minute; the system’s by default. */
  readonly clock?: Clock;
}

/** A pretrained model as Murmuration has it. */
export interface Imported {
  readonly name: string;
  readonly version: number;
  /** Its hash. */
  readonly model: string;
  readonly values: number;
  readonly bytes: number;
  /** Engine that runs the model, and the reason. */
  readonly engine: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly folder: string;
  /** Paths: the weights, and `model.json`, which names them. */
  readonly files: readonly string[];
}

interface Port {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Names that an inference server finds in a folder. */
const modelNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * Copies a pretrained Keras model, as `tensorflowjs_converter` writes it, into a folder of models as
 * `NAME/VERSION`, from which an inference server serves it and a task begins. First builds the model in a
 * thread, for a minute at most. Throws `model.missing` and `model.unusable` for unusable files, and
 * `config.invalid` for an invalid name, an existing version or an unwritable
 * folder.
 */
export async function importModel(
  from: string,
  to: string,
  { name = basename(resolve(from)), version, clock }: ImportOptions,
): Promise<Imported> {
  if (!modelNamePattern.test(name))
    throw new MurmurationError(
      'config.invalid',
      `"${name}" is no name for a model: give one by --name, of letters, digits, ".", "_" and "-".`,
    );
  const folder = join(to, name, String(version));
  if (await exists(join(folder, 'model.json')))
    throw new MurmurationError(
      'config.invalid',
      `There is a version ${version} of ${name} in ${to}. Give another number by --as-version.`,
    );
  const read = await noting(`Reading and trying ${from}`, () =>
    inThread<typeof readModel>(new URL('../threads/read-model.ts', import.meta.url), from, { clock }),
  );
  const { json, weights, weightsName, ...known } = read;
  // A program that watches the folder finds the weights once it finds the model.
  const files = await writeFolder(folder, { [weightsName]: weights, 'model.json': json });
  return { name, version, ...known, bytes: weights.length, folder, files };
}

/** Lines that report an import to people. */
export function linesOfImport({
  name,
  version,
  values,
  bytes,
  engine,
  inputs,
  outputs,
  folder,
}: Imported): readonly string[] {
  const ports = (all: readonly Port[]) =>
    all.map(({ name, datatype, shape }) => `${name} ${datatype} [${shape.join(', ')}]`).join('; ');
  return [
    `Imported ${name} as version ${version}: ${values} values, ${inUnits(bytes)}, in ${folder}.`,
    `takes    ${ports(inputs)}`,
    `gives    ${ports(outputs)}`,
    `runs on  ${engine}`,
    '',
    `Serve it:          murmuration inference --from ${resolve(folder, '../..')}`,
    `Begin a task with: model: () => kerasModel('${folder}'), of @murmuration/coordinator/engine`,
  ];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
