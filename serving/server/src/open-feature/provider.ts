import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { assigned, maxKeyLength } from '../experiments/assignment.ts';
import type { ServedExperiment } from '../experiments/experiment.ts';
import type { ModelSource, ServedModel } from '../source/source.ts';

/** OpenFeature's evaluation context: what an app knows of the subject. */
interface Context {
  readonly targetingKey?: string | undefined;
}

/** OpenFeature's `ResolutionDetails`. */
interface Resolution<Value> {
  readonly value: Value;
  /** Name of the arm. */
  readonly variant?: string;
  readonly reason: 'SPLIT' | 'STATIC' | 'DEFAULT';
  readonly flagMetadata: Readonly<Record<string, string>>;
}

/** Error with a code of OpenFeature; the SDK answers with the app's default, and reports both. */
class Unresolved extends Error {
  readonly code: 'FLAG_NOT_FOUND' | 'TARGETING_KEY_MISSING' | 'GENERAL';

  constructor(code: Unresolved['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Version that a key gets, and its arm if an experiment decides that. */
interface Part {
  /** Version number, as text. */
  readonly version: string;
  readonly arm?: { readonly experiment: string; readonly name: string; readonly isControl: boolean };
}

/**
 * OpenFeature provider (server paradigm) that tells which arm of an experiment, and which version of a model,
 * a key gets: the same as the inference server gives to requests with this key. A flag is the name of a
 * model; the `targetingKey` of the context is the key.
 */
export interface OpenFeatureProvider {
  readonly metadata: { readonly name: 'murmuration' };
  readonly runsOn: 'server';
  /**
   * Resolves true if the key has another arm than the control, which is the first; the default if no
   * experiment has the key.
   */
  resolveBooleanEvaluation(flag: string, otherwise: boolean, context: Context): Promise<Resolution<boolean>>;
  /** Resolves the name of the arm; the default if no experiment has the key. */
  resolveStringEvaluation(flag: string, otherwise: string, context: Context): Promise<Resolution<string>>;
  /** Resolves the version number, with or without an experiment. */
  resolveNumberEvaluation(flag: string, otherwise: number, context: Context): Promise<Resolution<number>>;
  /** Resolves `{ version, experiment, arm }`; the latter two are null without an experiment. */
  resolveObjectEvaluation<Value>(
    flag: string,
    otherwise: Value,
    context: Context,
  ): Promise<Resolution<Value>>;
}

/**
 * Makes the provider. It reads `source` each time and sends no request, for example with
 * `coordinatorModels(url)`, which follows a coordinator on its own; the caller closes the source. Resolving
 * does not count in an experiment: only requests do.
 */
export function openFeatureProvider(
  source: Pick<ModelSource, 'resolve' | 'experiments'>,
): OpenFeatureProvider {
  const resolve = async <Value>(
    flag: string,
    otherwise: Value,
    { targetingKey }: Context,
    said: (part: Part) => Value | undefined,
  ): Promise<Resolution<Value>> => {
    const standard = await source.resolve(flag).catch(cause => {
      const isMissing = cause instanceof MurmurationError && cause.code === 'model.missing';
      throw new Unresolved(isMissing ? 'FLAG_NOT_FOUND' : 'GENERAL', messageOf(cause), { cause });
    });
    if (!targetingKey)
      throw new Unresolved(
        'TARGETING_KEY_MISSING',
        'The context has no targetingKey: the key that requests to the inference server bring.',
      );
    const part = partOf(standard, source.experiments?.(flag) ?? [], targetingKey);
    const value = said(part);
    const { version, arm } = part;
    return {
      value: value ?? otherwise,
      reason: arm ? 'SPLIT' : value === undefined ? 'DEFAULT' : 'STATIC',
      ...(arm && { variant: arm.name }),
      flagMetadata: { version, ...(arm && { experiment: arm.experiment }) },
    };
  };
  return {
    metadata: { name: 'murmuration' },
    runsOn: 'server',
    resolveBooleanEvaluation: (flag, otherwise, context) =>
      resolve(flag, otherwise, context, ({ arm }) => arm && !arm.isControl),
    resolveStringEvaluation: (flag, otherwise, context) =>
      resolve(flag, otherwise, context, ({ arm }) => arm?.name),
    resolveNumberEvaluation: (flag, otherwise, context) =>
      resolve(flag, otherwise, context, ({ version }) => Number(version)),
    resolveObjectEvaluation: <Value>(flag: string, otherwise: Value, context: Context) =>
      resolve(flag, otherwise, context, ({ version, arm }) => {
        const value = { version, experiment: arm?.experiment ?? null, arm: arm?.name ?? null };
        return value as Value;
      }),
  };
}

/** Decides like the inference server: the first split that has the key, else the standard version. */
function partOf(
  { version: standard }: ServedModel,
  experiments: readonly ServedExperiment[],
  key: string,
): Part {
  for (const experiment of experiments) {
    const part = experiment.kind === 'split' && assigned(experiment, key.slice(0, maxKeyLength));
    if (!part) continue;
    const { version, arm: name, experiment: id } = part;
    return { version, arm: { experiment: id, name, isControl: name === experiment.arms[0]?.name } };
  }
  return { version: standard };
}
