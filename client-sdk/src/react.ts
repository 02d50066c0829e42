'use client';
// Hooks of React 18 and later, on any of its renderers: nothing of a browser, of Node or of React Native is touched here.
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
 * What components know of the client, and what a person can do. All of it rejects as the methods of the client do; what is called before there is
 * a client waits for it.
 */
export interface Federation extends FederationState {
  setConsent(given: boolean, signal?: AbortSignal): Promise<void>;
  pause(signal?: AbortSignal): Promise<void>;
  resume(signal?: AbortSignal): Promise<void>;
  /** Erases what the SDK has stored on this device, and has the coordinator revoke it. */
  forget(signal?: AbortSignal): Promise<void>;
}

export interface FederationProviderProps {
  /** Makes the app's client, once, when the provider is shown first; never on a server. */
  readonly create: () => PlatformClient;
  /** Whether the provider starts the client, and stops it when it is no longer shown. With false the app does; true by default. */
  readonly start?: boolean;
  readonly children?: ReactNode;
}

/** What a component can show of a prediction. */
export interface PredictionState {
  /** The newest answer, of an earlier input while `isPending`; undefined before the first. */
  readonly prediction: Prediction | undefined;
  /** The input that `prediction` answers. */
  readonly input: unknown;
  /** Whether the input of this rendering has neither an answer nor an error yet. */
  readonly isPending: boolean;
  /** Why the input of this rendering has no answer. After `hybrid.no-model` it is answered by itself when a model has come. */
  readonly error: MurmurationError | undefined;
  /** Tells what became of `prediction`, as `Hybrid.feedback`. Throws `request.not-found` where there is none. */
  feedback(outcome: string, signal?: AbortSignal): Promise<void>;
}

const Followed = createContext<FollowedClient | undefined>(undefined);

/** Has the client of the app, for the components within it. What `create` throws is thrown to the nearest error boundary. */
export function FederationProvider({ create, start = true, children }: FederationProviderProps): ReactNode {
  const [followed] = useState(() => new FollowedClient());
  const [failure, setFailure] = useState<{ readonly error: unknown }>();
  const client = useRef<PlatformClient>(undefined);
  // Strict mode shows each component twice; the client is the same.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new function at each rendering makes no new client.
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

/** How the client stands, and what a person can do about it. Throws `options.invalid` outside of a `FederationProvider`. */
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
 * What the model of a task says to `input`, and again when the device serves another version. Of inputs that change faster than they are
 * answered the last is answered. `undefined` asks for nothing. Arrays and plain objects that say the same are the same input. Throws
 * `options.invalid` outside of a `FederationProvider`.
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
