import type { MessagePort } from 'node:worker_threads';
import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import { startBackend } from '@murmuration/engine/backend/backend';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import { type Baseline, type Hits, type Stranger, strangersHits } from '../hybrid/baselines.ts';
import type { Recalls } from '../hybrid/phone.ts';
import { type CountedPart, measureCounted } from './counted-ngrams.ts';
import { measureNgrams, type NgramBaselines } from './ngram-baselines.ts';
import {
  askForWeights,
  type CentralPart,
  livePhones,
  liveStrangers,
  measureRecall,
  type PhonesPart,
  type RecallPart,
  type StrangersPart,
  type TablePhone,
  teachCentrally,
  type WeightsPart,
} from './parts.ts';
import type { PartsOfPhones } from './weights.ts';

interface StrangersHitsPart {
  readonly part: 'strangersHits';
  /** Messages of each phone that trains. */
  readonly training: readonly (readonly string[])[];
  readonly strangers: readonly Stranger[];
}

interface NgramPart {
  readonly part: 'ngrams';
  readonly phones: readonly PhoneMessages[];
}

/** Part of the table that one thread computes. */
export type TablePart =
  | NgramPart
  | CountedPart
  | CentralPart
  | RecallPart
  | PhonesPart
  | WeightsPart
  | StrangersPart
  | StrangersHitsPart;

/** Part with a port for progress lines. */
export type TableJob = TablePart & { readonly log: MessagePort };

/** Results by part. */
export interface Results {
  readonly ngrams: NgramBaselines;
  readonly counted: Recall;
  readonly central: ModelFiles;
  readonly recall: Recall;
  readonly phones: TablePhone[];
  readonly weights: PartsOfPhones;
  readonly strangers: Recalls[];
  readonly strangersHits: Record<Baseline, Hits>[];
}

/** Computes one part of the table. */
export default async function make(job: TableJob): Promise<Results[TablePart['part']]> {
  const log = (line: string) => job.log.postMessage(line);
  try {
    if (job.part === 'ngrams') return measureNgrams(job.phones);
    if (job.part === 'counted') return measureCounted(job);
    if (job.part === 'strangersHits') return strangersHits(job.training, job.strangers);
    await startBackend();
    switch (job.part) {
      case 'central':
        return await teachCentrally(job, log);
      case 'recall':
        return await measureRecall(job);
      case 'phones':
        return await livePhones(job);
      case 'weights':
        return await askForWeights(job);
      case 'strangers':
        return await liveStrangers(job);
    }
  } finally {
    job.log.close();
  }
}
