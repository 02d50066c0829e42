import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { OpenModel } from '@murmuration/client-sdk/hybrid/inference';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { memoryStorage } from '@murmuration/client-sdk/node';
import {
  type Federation,
  FederationProvider,
  type PredictionState,
  useFederation,
  usePrediction,
} from '@murmuration/client-sdk/react';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import {
  Activity,
  Component,
  createElement,
  type ReactElement,
  type ReactNode,
  StrictMode,
  useEffect,
} from 'react';
import { renderToString } from 'react-dom/server';
import { act, create, type ReactTestRenderer } from 'react-test-renderer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { serving, stepping, steppingSequences, TableInference } from '../hybrid/scene.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';

const acting = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
beforeAll(() => {
  acting.IS_REACT_ACT_ENVIRONMENT = true;
});
afterAll(() => {
  delete acting.IS_REACT_ACT_ENVIRONMENT;
});

const code = (code: string) => expect.objectContaining({ code });

/** Counts what models are asked, and answers when the test lets it. */
class CountedInference extends TableInference {
  readonly asked: unknown[] = [];
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve();

  override async open(files: ModelFiles): Promise<OpenModel> {
    const model = await super.open(files);
    return {
      ...model,
      predict: async input => {
        this.asked.push(input);
        await this.gate;
        return model.predict(input);
      },
    };
  }
}

interface Shown {
  federation: Federation;
  prediction: PredictionState;
  renderings: number;
}

class World {
  readonly clock = new VirtualClock();
  readonly coordinator = new MemoryCoordinator(this.clock);
  readonly inference = new CountedInference();
  readonly shown = { renderings: 0 } as Shown;
  readonly clients: PlatformClient[] = [];
  #root: ReactTestRenderer | undefined;

  readonly create = (): PlatformClient => {
    const { client } = deviceOn(this.coordinator, this.clock, memoryStorage(), {
      keyboard: {
        examples: () => steppingSequences(2, 40),
        trainer: new StillTrainer(),
        hybrid: { serving, personal: [ngramCache()], inference: this.inference },
      },
    });
    this.clients.push(client);
    return client;
  };

  readonly #View = ({ input }: { readonly input: unknown }) => {
    this.shown.federation = useFederation();
    this.shown.prediction = usePrediction('keyboard', input, 'global');
    this.shown.renderings += 1;
    return null;
  };

  element(
    input: unknown,
    start = true,
    more: ReactNode = null,
    mode: 'visible' | 'hidden' = 'visible',
  ): ReactElement {
    const view = createElement(this.#View, { input });
    const provider = createElement(FederationProvider, { create: this.create, start }, view, more);
    return createElement(StrictMode, null, createElement(Activity, { mode, children: provider }));
  }

  /** Renders with this input, and lets everything settle. */
  async render(...asked: Parameters<World['element']>): Promise<void> {
    await act(async () => {
      const element = this.element(...asked);
      if (this.#root) this.#root.update(element);
      else this.#root = create(element);
    });
    await this.settle();
  }

  async settle(during: () => unknown = () => {}): Promise<void> {
    await act(async () => {
      await during();
      await this.clock.advance(0);
    });
  }

  async unmount(): Promise<void> {
    await act(async () => this.#root?.unmount());
    await this.settle();
  }

  publish(step: number): string {
    const files = stepping(step);
    const { hash, json, weights, weightsHash } = encodeModel(files.topology, files.layout, files.weights);
    this.coordinator.files.set(modelPath(hash), json);
    this.coordinator.files.set(modelPath(hash).replace('model.json', `${weightsHash}.bin`), weights);
    this.coordinator.files.set(
      '/v1/tasks/keyboard/models?limit=1',
      utf8(JSON.stringify({ models: [{ model: hash }] })),
    );
    return hash;
  }
}

describe('hooks', () => {
  it('render on a server, where no client is made', () => {
    const world = new World();
    renderToString(world.element([1]));
    expect(world.clients).toEqual([]);
    expect(world.shown.federation).toMatchObject({ client: undefined, connection: { state: 'off' } });
    expect(world.shown.prediction).toMatchObject({ prediction: undefined, isPending: true });
  });

  it('start one client while they are shown, in strict mode as well, and stop it', async () => {
    const world = new World();
    await world.render(undefined);
    expect(world.clients).toHaveLength(1);
    expect(world.shown.federation).toMatchObject({
      client: world.clients[0],
      connection: { state: 'connecting' },
      hasConsent: true,
    });
    await world.settle(() => world.coordinator.connect());
    expect(world.shown.federation.connection.state).toBe('connected');
    await world.unmount();
    expect(world.clients[0]!.state.state).toBe('off');
    expect(world.clock.pending).toBe(0);
  });

  it('leave starting and stopping to an app that wants to', async () => {
    const world = new World();
    await world.render(undefined, false);
    expect(world.shown.federation.connection.state).toBe('off');
    await world.settle(() => world.clients[0]!.start());
    expect(world.shown.federation.connection.state).toBe('connecting');
    await world.unmount();
    expect(world.clients[0]!.state.state).toBe('connecting');
    await world.clients[0]!.stop();
  });

  it('show the round, a pause and consent, and change them', async () => {
    const world = new World();
    await world.render(undefined);
    await world.settle(() => world.coordinator.connect());
    await world.settle(() => world.coordinator.send('assignment', assignmentOf(world.clock)));
    expect(world.shown.federation.round).toMatchObject({ task: 'keyboard', number: 1 });
    await world.settle(() => world.shown.federation.pause());
    expect(world.shown.federation).toMatchObject({ isPaused: true, connection: { state: 'off' } });
    await world.settle(() => world.shown.federation.resume());
    expect(world.shown.federation).toMatchObject({ isPaused: false, connection: { state: 'connecting' } });
    await world.settle(() => world.shown.federation.setConsent(false));
    expect(world.shown.federation).toMatchObject({ hasConsent: false });
    await world.unmount();
  });

  it('take what a component says before the client is made, and after it is no longer shown', async () => {
    const world = new World();
    // Effects of children come before that of the provider, which makes the client.
    const Early = () => {
      const { setConsent, pause } = useFederation();
      useEffect(() => {
        void setConsent(false);
        void pause();
      }, []);
      return null;
    };
    await world.render(undefined, true, createElement(Early));
    const client = world.clients[0]!;
    expect(await client.hasConsent()).toBe(false);
    expect(world.shown.federation).toMatchObject({ isPaused: true, hasConsent: false });
    // Only the pause is in its way now.
    await world.settle(() => client.setConsent(true));
    expect(client.state.state).toBe('off');
    const { setConsent } = world.shown.federation;
    await world.unmount();
    await setConsent(false);
    expect(await client.hasConsent()).toBe(false);
  });

  it('leave a call that comes before the client when its signal is aborted', async () => {
    const world = new World();
    renderToString(world.element(undefined));
    const gone = AbortSignal.abort();
    const { setConsent, forget } = world.shown.federation;
    await expect(setConsent(true, gone)).rejects.toEqual(code('app.aborted'));
    await expect(forget(gone)).rejects.toEqual(code('app.aborted'));
  });

  it('show a pause that goes on where the provider is shown again', async () => {
    const world = new World();
    await world.render(undefined);
    await world.settle(() => world.shown.federation.pause());
    // As a hot reload does, and a tab that is hidden: effects end and begin again, with the same client.
    await world.render(undefined, true, null, 'hidden');
    await world.render(undefined, true, null, 'visible');
    expect(world.clients).toHaveLength(1);
    expect(world.shown.federation).toMatchObject({ isPaused: true, connection: { state: 'off' } });
    await world.settle(() => world.shown.federation.resume());
    expect(world.shown.federation).toMatchObject({ isPaused: false, connection: { state: 'connecting' } });
    await world.unmount();
  });

  it('answer by themselves once a model has come, and again when another one serves', async () => {
    const world = new World();
    await world.render([1, 2]);
    expect(world.shown.prediction).toMatchObject({ isPending: false, error: code('hybrid.no-model') });
    const first = world.publish(1);
    await world.settle(() => world.coordinator.connect());
    expect(world.shown.prediction).toMatchObject({
      isPending: false,
      error: undefined,
      input: [1, 2],
      prediction: { model: first, source: 'global' },
    });
    const second = world.publish(2);
    await world.settle(() => world.coordinator.send('serve', { task: 'keyboard', model: second }));
    expect(world.shown.prediction.prediction?.model).toBe(second);
    await world.unmount();
  });

  it('ask once for inputs that say the same, and never without end', async () => {
    const world = new World();
    world.publish(1);
    await world.render([1, 2]);
    await world.settle(() => world.coordinator.connect());
    const [asked, renderings] = [world.inference.asked.length, world.shown.renderings];
    // A new array at each rendering, as components make them.
    for (let again = 0; again < 3; again++) await world.render([1, 2]);
    expect(world.inference.asked).toHaveLength(asked);
    // Strict mode renders twice.
    expect(world.shown.renderings - renderings).toBe(6);
    await world.render([1, 3]);
    expect(world.inference.asked.slice(asked)).toEqual([[1, 3]]);
    await world.unmount();
  });

  it('ask only for the last of the inputs that come while one is answered', async () => {
    const world = new World();
    world.publish(1);
    await world.render([1]);
    await world.settle(() => world.coordinator.connect());
    const before = world.inference.asked.length;
    let open = () => {};
    world.inference.gate = new Promise(resolve => {
      open = resolve;
    });
    for (const input of [[2], [3], [4], [5]]) await world.render(input);
    expect(world.shown.prediction).toMatchObject({ isPending: true, input: [1] });
    await world.settle(() => open());
    expect(world.inference.asked.slice(before)).toEqual([[2], [5]]);
    expect(world.shown.prediction).toMatchObject({ isPending: false, input: [5] });
    await world.render(undefined);
    expect(world.shown.prediction).toMatchObject({ isPending: false, prediction: undefined });
    await world.unmount();
  });

  it('tell of an input that the task does not take, and of what became of a prediction', async () => {
    const world = new World();
    world.publish(1);
    await world.render('no sequence');
    await expect(world.shown.prediction.feedback('accepted')).rejects.toEqual(code('request.not-found'));
    await world.settle(() => world.coordinator.connect());
    expect(world.shown.prediction).toMatchObject({
      isPending: false,
      error: { detail: 'Ask with a sequence.' },
    });
    await world.render([1]);
    expect(world.shown.prediction.error).toBeUndefined();
    await world.shown.prediction.feedback('accepted');
    await expect(world.shown.prediction.feedback('ignored')).rejects.toEqual(code('feedback.conflict'));
    await world.unmount();
  });

  it('need a provider around them, of the same copy of the SDK', () => {
    const Lost = () => {
      useFederation();
      return null;
    };
    expect(() => renderToString(createElement(Lost))).toThrow(code('options.invalid'));
    expect(() => renderToString(createElement(Lost))).toThrow('npm ls @murmuration/client-sdk');
  });

  it('throw what making the client throws to the boundary around the provider', async () => {
    const caught: unknown[] = [];
    class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
      override readonly state = { failed: false };
      static getDerivedStateFromError = () => ({ failed: true });
      override componentDidCatch(error: unknown) {
        caught.push(error);
      }
      override render() {
        return this.state.failed ? 'failed' : this.props.children;
      }
    }
    const make = () => {
      throw new RangeError('no storage');
    };
    let root: ReactTestRenderer | undefined;
    await act(async () => {
      root = create(
        createElement(Boundary, null, createElement(FederationProvider, { create: make }, 'the app')),
        { onCaughtError: () => {} } as never,
      );
    });
    expect([root?.toJSON(), caught]).toEqual(['failed', [new RangeError('no storage')]]);
  });
});
