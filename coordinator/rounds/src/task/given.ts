// Checks for the values of a definition that no schema describes: by their methods and fields.

import { isObject } from '@murmuration/protocol/encoding/json';

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function isStrategy(value: unknown): boolean {
  return (
    has(value, 'name', 'string') &&
    ['sum', 'each', 'groups'].includes((value as { consumes?: unknown }).consumes as string) &&
    has(value, 'init', 'function') &&
    has(value, 'apply', 'function')
  );
}

export function isEvaluator(value: unknown): boolean {
  return has(value, 'evaluate', 'function') && has(value, 'close', 'function');
}

export function isTransformer(value: unknown): boolean {
  return (
    has(value, 'input', 'function') &&
    has(value, 'output', 'function') &&
    has(value, 'inputs', 'object') &&
    has(value, 'outputs', 'object')
  );
}

export function isTensor(value: unknown): boolean {
  return (
    has(value, 'name', 'string') &&
    has(value, 'datatype', 'string') &&
    has(value, 'shape', 'object') &&
    has(value, 'data', 'object')
  );
}

function has(value: unknown, key: string, type: string): boolean {
  return isObject(value) && typeof value[key] === type;
}
