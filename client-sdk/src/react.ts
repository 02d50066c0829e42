'use client';
// Hooks for React 18 and later with any renderer: they use no API of browsers, Node or React Native.
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { PlatformClient } from './client/client.ts';
import type { Prediction } from './hybrid/hybrid.ts';
import { before, type FederationState, FollowedClient } from './react/federation-state.ts';
import {
  type AskedSource,
  NewestPrediction,
  nothingAsked,
  type Question,
  sameQuestion,
} from './react/prediction-state.ts';

export type { FederationState } from './react/federation-state.ts';

/**
 * Client state for components, and a person's actions. The methods reject as those of the client do; calls
 * made before there is a client wait for it.
 */
export interface Federation extends FederationState {
  setConsent(given: boolean, signal?: AbortSignal): Promise<void>;
  pause(signal?: AbortSignal): Promise<void>;
  resume(signal?: AbortSignal): Promise<void>;
  /** Erases what the SDK has stored on this device, and has the coordinator revoke it. */
  forget(signal?: AbortSignal): Promise<void>;
}

export interface FederationProviderProps {
  /** Creates the app's client, once, when the provider first mounts; never on a server. */
  readonly create: () => PlatformClient;
  /**
   * True if the provider starts the client on mount and stops it on unmount; with false the app does.
   * @default true
   */
  readonly start?: boolean;
  readonly children?: ReactNode;
}

export interface PredictionState {
  /** Newest answer; that of an earlier input while `isPending`, undefined before the first. */
  readonly prediction: Prediction | undefined;
  /** Input that `prediction` answers. */
  readonly input: unknown;
  /** True if the input of this rendering has neither an answer nor an error yet. */
  readonly isPending: boolean;
  /** Error for the input of this rendering. After `hybrid.no-model` it is answered once a model has come. */
  readonly error: MurmurationError | undefined;
  /**
   * Reports the outcome of `prediction`, as `Hybrid.feedback` does. Throws
   * `request.not-found` if there is none.
   */
  feedback(outcome: string, signal?: AbortSignal): Promise<void>;
}

const Followed = createContext<FollowedClient | undefined>(undefined);

/** Provides the app's client to its descendants. Errors of `create` go to the nearest error boundary. */
export function FederationProvider({ create, start = true, children }: FederationProviderProps): ReactNode {
  const [followed] = useState(() => new FollowedClient());
  const [failure, setFailure] = useState<{ readonly error: unknown }>();
  const client = useRef<PlatformClient>(undefined);
  // Strict mode mounts each component twice, with the same client.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new `create` makes no new client.
  useEffect(() => {
    try {
      client.current ??= create();
    } catch (error) {
      setFailure({ error });
      return;
    }
    return followed.follow(client.current, start);
  }, [followed, start]);
  if (failure) throw failure.error;
  return createElement(Followed.Provider, { value: followed }, children);
}

/**
 * Returns the client's state and a person's actions. Throws `options.invalid` outside a `FederationProvider`.
 */
export function useFederation(): Federation {
  const followed = useFollowed();
  const state = useSyncExternalStore(followed.subscribe, followed.read, () => before);
  return useMemo(
    () => ({
      ...state,
      setConsent: (given, signal) => followed.setConsent(given, signal),
      pause: signal => followed.pause(true, signal),
      resume: signal => followed.pause(false, signal),
      forget: signal => followed.forget(signal),
    }),
    [followed, state],
  );
}

/**
 * Returns the prediction of a task's model for `input`, and a new one when the device serves another version.
 * If inputs change faster than they are answered, only the last one is answered. `undefined` asks for
 * nothing. Arrays and plain objects with equal contents are the same input. Throws `options.invalid` outside
 * a `FederationProvider`.
 */
export function usePrediction(task: string, input: unknown, source?: AskedSource): PredictionState {
  const followed = useFollowed();
  const { client } = useSyncExternalStore(followed.subscribe, followed.read, () => before);
  const [newest] = useState(() => new NewestPrediction());
  const answered = useSyncExternalStore(newest.subscribe, newest.read, () => nothingAsked);
  const kept = useRef<Question>({ input, source });
  if (!sameQuestion(kept.current, { input, source })) kept.current = { input, source };
  const question = kept.current;
  useEffect(() => {
    if (client) return newest.open(client, task);
  }, [client, newest, task]);
  useEffect(() => {
    if (question.input === undefined) newest.clear();
    else newest.ask(question);
  }, [newest, question]);
  return useMemo(() => {
    const isPending = question.input !== undefined && !sameQuestion(answered.settled, question);
    return {
      prediction: answered.prediction,
      input: answered.input,
      isPending,
      error: isPending ? undefined : answered.error,
      feedback: (outcome, signal) => newest.feedback(outcome, signal),
    };
  }, [answered, newest, question]);
}

function useFollowed(): FollowedClient {
  const followed = useContext(Followed);
  if (!followed)
    throw new MurmurationError(
      'options.invalid',
      'Hooks of @murmuration/client-sdk/react need a <FederationProvider> around their component. If there is one, it is of another copy of the SDK: `npm ls @murmuration/client-sdk` lists them.',
    );
  return followed;
}
