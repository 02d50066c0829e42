import { ByteReader, ByteWriter, concatBytes, equalBytes, utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash, parseModelHash, type TaskName } from '@murmuration/protocol/ids/ids';
import {
  contentHash,
  decodeModel,
  encodeModel,
  type ModelFiles,
} from '@murmuration/protocol/weights/model-files';
import * as z from 'zod/mini';
import { type ContentHash, hashHere } from '../models/content-hash.ts';
import type { Storage } from '../storage/storage.ts';
import type { HybridReport } from './hybrid.ts';

const share = z.number().check(z.gte(0), z.lte(1));
/** Loss, where null stands for infinity: JSON has none. */
const loss = z.pipe(
  z.nullable(z.number()),
  z.transform(value => value ?? Number.POSITIVE_INFINITY),
);
const score = z.object({ loss, top1: share, top3: share });
const weights = z.custom<Record<string, number>>(
  value =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(weight => z.safeParse(share, weight).success),
);

const savedChoice = z.object({
  report: z.object({
    model: z.string().check(z.regex(hashPattern)),
    lambda: z.number(),
    lambdas: weights,
    scores: z.object({ global: score, personal: score, hybrid: score }),
    questions: z.number(),
  }),
  among: weights,
  bins: z.optional(z.record(z.string(), weights)),
});

/** Choice of weights for the served models. */
export interface HybridChoice {
  readonly report: HybridReport;
  /** Weights of the other models by context, by bin and name; elsewhere those of the report apply. */
  readonly bins?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** Weights among the personal models, by name, with the sum 1. */
  readonly among: Readonly<Record<string, number>>;
}

export type HybridStore = ReturnType<typeof hybridStore>;

/**
 * Returns the store of a task's hybrid model: the served global version, the state of each personal model,
 * and the choice of λ, one entry each. Each entry is replaced whole, and any combination of old and new ones
 * is valid. An entry begins with its SHA-256: reading a damaged one throws `hybrid.damaged` and deletes it.
 */
export function hybridStore(storage: Storage, task: TaskName, hash: ContentHash = hashHere) {
  const prefix = `hybrid.${task}`;
  const digestOf = async (bytes: Uint8Array) => utf8(await hash(bytes));

  const read = async <Value>(name: string, decode: (bytes: Uint8Array) => Value): Promise<Value | null> => {
    const entry = await storage.get(name);
    if (!entry) return null;
    try {
      const bytes = entry.slice(digestDigits);
      if (equalBytes(entry.subarray(0, digestDigits), await digestOf(bytes))) return decode(bytes);
    } catch {
      // The digest is right, but the contents are not, such as those of an older version of the app.
    }
    await storage.delete(name);
    throw new MurmurationError('hybrid.damaged', `The entry ${name} is damaged; the device makes it again.`);
  };
  const write = async (name: string, bytes: Uint8Array) =>
    storage.put(name, concatBytes(await digestOf(bytes), bytes));

  return {
    // Stored with its own hash: another encoder's model.json has another hash than ours.
    global: () =>
      read(`${prefix}.global`, (bytes): ModelFiles => {
        const hash = parseModelHash(new TextDecoder().decode(bytes.subarray(0, 64)));
        return { ...decodeFiles(bytes.subarray(64)), hash };
      }),
    putGlobal: (files: ModelFiles) =>
      write(`${prefix}.global`, concatBytes(utf8(files.hash), encodeFiles(files))),
    personal: (name: string) => read(`${prefix}.personal.${name}`, bytes => bytes),
    putPersonal: (name: string, bytes: Uint8Array) => write(`${prefix}.personal.${name}`, bytes),
    choice: () =>
      read(prefix, (bytes): HybridChoice => {
        const parsed = z.parse(savedChoice, parseJson(bytes), { jitless: true });
        return { ...parsed, report: { ...parsed.report, model: parsed.report.model as ModelHash } };
      }),
    putChoice: (choice: HybridChoice) => write(prefix, utf8(JSON.stringify(choice))),
    deleteChoice: () => storage.delete(prefix),
  };
}

/** Hexadecimal digits. */
const digestDigits = 64;

/** Encodes a version as bytes. */
export function encodeFiles({ topology, layout, weights }: Omit<ModelFiles, 'hash'>): Uint8Array {
  const { json, weights: bytes } = encodeModel(topology, layout, weights);
  const writer = new ByteWriter(4 + json.length + bytes.length);
  return writer.u32(json.length).raw(json).raw(bytes).bytes;
}

/** Decodes a version. Throws `model.corrupt` or `protocol.frame` for other bytes. */
export function decodeFiles(bytes: Uint8Array): ModelFiles {
  const reader = new ByteReader(bytes);
  const json = reader.raw(reader.u32());
  return decodeModel(contentHash(json) as ModelHash, json, reader.raw(reader.remaining));
}
