import { constants, existsSync } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { readTensors, storedSize } from '@murmuration/engine/models/stored-tensors';
import { storedTensor } from '@murmuration/engine/models/stored-weights';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import * as z from 'zod';
import { readRecordedRequest } from './recorded-request.ts';

/** Maximum bytes of `model.json`. */
const maxTopologyBytes = 64 << 20;
/** Maximum bytes of `model.onnx`: the limit of protobuf. */
const longestOnnx = 2 ** 31 - 1;

/** File with a recorded request, beside the model. */
const warmUpFile = 'warmup.json';
const longestWarmUp = 2 ** 20;

/**
 * Schema of `model.json` as tfjs and its converters write it: weights in any number of groups and files, also
 * quantised.
 */
const manifest = z.object({
  format: z.literal('layers-model').optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string().min(1).max(512)).min(1).max(10_000),
        weights: z.array(storedTensor).max(10_000),
      }),
    )
    .min(1),
});

/** Allocates memory of `length` bytes with arbitrary content. */
export type TakeMemory = (length: number) => Uint8Array;

/**
 * Reads a tfjs layers model from a folder: `model.json`, and the weight files in the folder that it names,
 * into memory from `take`. `hash` becomes the model's hash. Throws `model.corrupt`, saying what is wrong.
 */
export async function readLayersModel(
  folder: string,
  hash: ModelHash,
  take: TakeMemory = length => new Uint8Array(length),
): Promise<ModelFiles> {
  const { read, readInto, refuse } = await reading(folder);
  let json: unknown;
  const text = (await read('model.json', maxTopologyBytes)).toString('utf8');
  try {
    json = JSON.parse(text);
  } catch (cause) {
    refuse(`model.json is no JSON: ${(cause as Error).message}`, cause);
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success)
    return refuse(`model.json: ${whyUnfit(manifest, json, 'the whole').replace(/\.$/, '')}`);
  const { modelTopology: topology, weightsManifest } = parsed.data;
  const tensors = weightsManifest.flatMap(({ weights }) => weights);
  const layout = layoutOf(tensors);
  const bytes = take(storedSize(tensors));
  let at = 0;
  for (const path of weightsManifest.flatMap(({ paths }) => paths))
    at += await readInto(path, bytes.subarray(at));
  if (at !== bytes.length) refuse(`its weights have ${at} bytes; model.json describes ${bytes.length}`);
  return { hash, topology, layout, weights: readTensors(tensors, bytes) };
}

/** Reads `model.onnx` from a folder. Throws `model.corrupt`, saying what is wrong. */
export async function readOnnxModel(folder: string): Promise<Uint8Array> {
  const { read } = await reading(folder);
  return read('model.onnx', longestOnnx);
}

/**
 * Reads the inputs in `warmup.json` of a folder; undefined if there is none. Throws `model.corrupt`, saying
 * what is wrong.
 */
export async function readWarmUp(folder: string): Promise<readonly Tensor[] | undefined> {
  if (!existsSync(join(folder, warmUpFile))) return undefined;
  const { read, refuse } = await reading(folder);
  const text = (await read(warmUpFile, longestWarmUp)).toString('utf8');
  try {
    return readRecordedRequest(text);
  } catch (cause) {
    return refuse(`${warmUpFile}: ${messageOf(cause)}`, cause);
  }
}

/** Returns what reads a folder's files, within it and within bounds, and what refuses them. */
async function reading(folder: string) {
  const refuse = (why: string, cause?: unknown): never => {
    throw new MurmurationError('model.corrupt', `The model in ${folder} can't be read: ${why}.`, { cause });
  };
  const root = await realpath(folder).catch(cause => refuse((cause as Error).message, cause));
  const opened = async <Result>(
    name: string,
    most: number,
    work: (file: FileHandle, length: number) => Promise<Result>,
  ): Promise<Result> => {
    try {
      // A link may lead anywhere, so its target is checked.
      const path = await realpath(join(root, name));
      if (dirname(path) !== root && !path.startsWith(root + sep))
        throw new Error(`${name} lies outside of the folder`);
      return await withBounded(path, name, most, work);
    } catch (cause) {
      return refuse((cause as Error).message, cause);
    }
  };
  return {
    refuse,
    /** Reads a file of at most `most` bytes. */
    read: (name: string, most: number) => opened(name, most, file => file.readFile()),
    /** Reads a file into the start of `bytes`, which it must fit into, and returns its length. */
    readInto: (name: string, bytes: Uint8Array) =>
      opened(name, bytes.length, async (file, length) => {
        let at = 0;
        while (at < length) {
          const { bytesRead } = await file.read(bytes, at, length - at);
          if (bytesRead === 0) throw new Error(`${name} has become shorter`);
          at += bytesRead;
        }
        return length;
      }),
  };
}

async function withBounded<Result>(
  path: string,
  name: string,
  most: number,
  work: (file: FileHandle, length: number) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new Error(`${name} is no file`);
    if (status.size > most) throw new Error(`${name} has ${status.size} bytes; ${most} are the most`);
    return await work(file, status.size);
  } finally {
    await file.close();
  }
}
