import { parentPort } from 'node:worker_threads';
import { startBackend } from '@murmuration/engine/backend/backend';
import type { Classifier } from '@murmuration/engine/inference/classifier';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

export type PredictorRequest =
  /** Takes the place of the model before it. */
  | { readonly kind: 'load'; readonly files: ModelFiles }
  | { readonly kind: 'predict'; readonly input: readonly number[] };

export type PredictorReply =
  | { readonly logits: Float32Array | null }
  /** `code` of an error of ours; null for any other. */
  | { readonly code: ErrorCode | null; readonly detail: string };

/** Classes whose logits fit into one frame, with its envelope. */
const mostClasses = (maxFrameLength - 1_024) / 4;

const ready = startBackend();
let classifier: Classifier | undefined;

parentPort!.on('message', async (request: PredictorRequest) => {
  const reply = await perform(request).catch(refusal);
  const transfer = 'logits' in reply && reply.logits ? [reply.logits.buffer as ArrayBuffer] : [];
  parentPort!.postMessage(reply, transfer);
});

async function perform(request: PredictorRequest): Promise<PredictorReply> {
  await ready;
  if (request.kind === 'load') {
    classifier?.dispose();
    classifier = undefined;
    classifier = await classifierOf(request.files);
    return { logits: null };
  }
  try {
    const logits = classifier!.after(request.input);
    if (logits.length > mostClasses)
      throw new MurmurationError(
        'model.unusable',
        `An answer has room for ${mostClasses} classes; the model has ${logits.length}.`,
      );
    return { logits };
  } finally {
    classifier!.forget();
  }
}

function refusal(error: unknown): PredictorReply {
  if (error instanceof MurmurationError) return { code: error.code, detail: error.detail };
  if (error instanceof RangeError)
    return { code: 'hybrid.input', detail: 'The model does not take this input.' };
  return { code: null, detail: error instanceof Error ? error.message : String(error) };
}
