import type { LocalSettings, TrainingResult } from '@murmuration/engine/training/trainer';
import { type ErrorCode, isErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { violation } from './link.ts';

/** What the app asks of the page. Models in use have numbers that the app gives them. */
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

/** What goes to the page: a request with a number of its own, or what needs none. */
export type ToPage =
  | (Request & { readonly id: number })
  | { readonly do: 'stop'; readonly id: number }
  | { readonly do: 'ping' };

/** What comes from the page: how far a request is, or, once each, its answer. */
export type FromPage =
  | { readonly pong: true }
  | { readonly id: number; readonly progress: number }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly detail: string } };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Reads a message of the page. Throws `training.bridge` where it is none. */
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

/** What training gave. Throws `training.bridge` where it is none; the session checks how long it is. */
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

/** The values that a model gave. Throws `training.bridge` where there are none. */
export function valuesOf(value: unknown): Float32Array {
  if (value instanceof Float32Array) return value;
  throw violation('the answer of a model has no values');
}

/** An error of the page, here. */
export function errorFrom({
  code,
  detail,
}: {
  readonly code: string;
  readonly detail: string;
}): MurmurationError {
  return new MurmurationError(isErrorCode(code) ? (code as ErrorCode) : 'training.failed', detail);
}
