import { InvalidArgumentError } from 'commander';
import type { SettingAssignment, Sweep } from './runs-asked.ts';

/** Reads an option such as `plan.epochs=5`; a value that isn't JSON is text. */
export function readAssignment(text: string, before: readonly SettingAssignment[] = []): SettingAssignment[] {
  const [path, value] = halves(text);
  return [...before, { path, value: readValue(value) }];
}

/** Reads an option such as `strategy.serverLearningRate=0.1,1`. */
export function readSweep(text: string, before: readonly Sweep[] = []): Sweep[] {
  const [path, values] = halves(text);
  return [...before, { path, values: values.split(',').map(readValue) }];
}

function halves(text: string): [path: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('Give a setting and its value, such as plan.epochs=5.');
  return [text.slice(0, at), text.slice(at + 1)];
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
