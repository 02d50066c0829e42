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
/** JSON has no infinity. */
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

/** What the device chose for the models that it serves. */
export interface Choice {
  readonly report: HybridReport;
  /** The weights of the other models where contexts are known so well, by the bin and the name; elsewhere those of the report hold. */
  readonly bins?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** The weights of the personal models among themselves, by name, with the sum 1. */
  readonly among: Readonly<Record<string, number>>;
}

/** What of the hybrid model outlives the process. */
export type HybridStore = ReturnType<typeof hybridStore>;

/**
 * Keeps the hybrid model of one task: the global version that is served, what each personal model has learned, and the choice of λ, an
 * entry each, so that each is the one before or the one after wherever the device stops, and any of them may meet any other. An entry
 * begins with its SHA-256: reading throws `hybrid.damaged` for one that is not as it was written, and deletes it.
 */
export function hybridStore(storage: Storage, task: TaskName, hash: ContentHash = hashHere) {
  const prefix = `hybrid.${task}`;
  const digestOf = async (bytes: Uint8Array) => utf8(await hash(bytes));

  const read = async <Value>(name: string, decode: (bytes: Uint8Array) => Value): Promise<Value | null> => {
    const entry = await storage.get(name);
    if (!entry) return null;
    try {
      const bytes = entry.slice(digestLength);
      if (equalBytes(entry.subarray(0, digestLength), await digestOf(bytes))) return decode(bytes);
    } catch {
      // Damaged in a way that its digest does not show, such as by an older version of the app.
    }
    await storage.delete(name);
    throw new MurmurationError('hybrid.damaged', `The entry ${name} is damaged; the device makes it again.`);
  };
  const write = async (name: string, bytes: Uint8Array) =>
    storage.put(name, concatBytes(await digestOf(bytes), bytes));

  return {
    // Under its own hash, which another encoder's model.json has not got from ours.
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
      read(prefix, (bytes): Choice => {
        const parsed = z.parse(savedChoice, parseJson(bytes), { jitless: true });
        return { ...parsed, report: { ...parsed.report, model: parsed.report.model as ModelHash } };
      }),
    putChoice: (choice: Choice) => write(prefix, utf8(JSON.stringify(choice))),
    deleteChoice: () => storage.delete(prefix),
  };
}

/** Hexadecimal. */
const digestLength = 64;

/** A version as one string of bytes. */
export function encodeFiles({ topology, layout, weights }: Omit<ModelFiles, 'hash'>): Uint8Array {
  const { json, weights: bytes } = encodeModel(topology, layout, weights);
  const writer = new ByteWriter(4 + json.length + bytes.length);
  return writer.u32(json.length).raw(json).raw(bytes).bytes;
}

/** Throws `model.corrupt` or `protocol.frame` for other bytes. */
export function decodeFiles(bytes: Uint8Array): ModelFiles {
  const reader = new ByteReader(bytes);
  const json = reader.raw(reader.u32());
  return decodeModel(contentHash(json) as ModelHash, json, reader.raw(reader.remaining));
}
