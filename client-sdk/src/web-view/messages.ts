import type { LocalSettings, TrainingResult } from '@murmuration/engine/training/trainer';
import { type ErrorCode, isErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { violation } from './link.ts';

/** Requests of the app to the page. Open models have numbers, chosen by the app. */
export type Request =
  | {
      readonly do: 'train';
      readonly model: ModelFiles;
      readonly settings: LocalSettings;
      readonly examples: readonly unknown[];
    }
  | { readonly do: 'open'; readonly opened: number; readonly model: ModelFiles }
  | { readonly do: 'predict' | 'answer'; readonly opened: number; readonly input: unknown }
  | { readonly do: 'close'; readonly opened: number };

/** Messages to the page: a request with its id, or one without. */
export type ToPage =
  | (Request & { readonly id: number })
  | { readonly do: 'stop'; readonly id: number }
  | { readonly do: 'ping' };

/** Messages from the page: progress of a request, or its only answer. */
export type FromPage =
  | { readonly pong: true }
  | { readonly id: number; readonly progress: number }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly detail: string } };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Reads a message of the page. Throws `training.bridge` if invalid. */
export function fromPage(message: unknown): FromPage {
  if (isObject(message)) {
    if (message.pong === true) return { pong: true };
    const { id, progress, error } = message;
    if (typeof id === 'number') {
      if (typeof progress === 'number') return { id, progress: Math.min(1, Math.max(0, progress)) };
      if (isObject(error) && typeof error.code === 'string' && typeof error.detail === 'string')
        return { id, error: { code: error.code, detail: error.detail } };
      if ('value' in message) return { id, value: message.value };
    }
  }
  throw violation('a message is none of the page');
}

/** Reads a training's result. Throws `training.bridge` if invalid; the session checks its length. */
export function resultOf(value: unknown): TrainingResult {
  const { delta, gradient, metrics, path } = isObject(value) ? value : {};
  const isPath =
    path === undefined ||
    (isObject(path) && typeof path.engine === 'string' && typeof path.reason === 'string');
  const isResult =
    delta instanceof Float32Array &&
    (gradient === undefined || gradient instanceof Float32Array) &&
    isObject(metrics) &&
    isPath;
  if (!isResult) throw violation('the answer to a training is no result of one');
  return value as TrainingResult;
}

/** Reads a model's values. Throws `training.bridge` if invalid. */
export function valuesOf(value: unknown): Float32Array {
  if (value instanceof Float32Array) return value;
  throw violation('the answer of a model has no values');
}

/** Converts an error of the page. */
export function errorFrom({
  code,
  detail,
}: {
  readonly code: string;
  readonly detail: string;
}): MurmurationError {
  return new MurmurationError(isErrorCode(code) ? (code as ErrorCode) : 'training.failed', detail);
}
