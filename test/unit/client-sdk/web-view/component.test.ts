import {
  type HiddenWebViewProps,
  MurmurationWebView,
  webViewPage,
  webViewTrainer,
} from '@murmuration/client-sdk/web-view';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { Component, createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { act, create, type ReactTestRenderer } from 'react-test-renderer';
import { afterAll, beforeAll, expect, it } from 'vitest';

const acting = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
beforeAll(() => {
  acting.IS_REACT_ACT_ENVIRONMENT = true;
});
afterAll(() => {
  delete acting.IS_REACT_ACT_ENVIRONMENT;
});

/** The views that were shown, in order, and what was posted into each. */
const views: ViewDouble[] = [];
class ViewDouble extends Component<HiddenWebViewProps> {
  readonly posted: string[] = [];
  isThere = true;

  override componentDidMount(): void {
    views.push(this);
  }

  override componentWillUnmount(): void {
    this.isThere = false;
  }

  postMessage(text: string): void {
    this.posted.push(text);
  }

  say(data: string, url = this.props.source.baseUrl): void {
    this.props.onMessage({ nativeEvent: { data, url } });
  }

  override render() {
    return null;
  }
}

it('shows a web view while there is something to train, another one when its process has ended, and none afterwards', async () => {
  const page = webViewPage('serve()');
  const trainer = webViewTrainer({ page });
  const element = createElement(MurmurationWebView, { trainer, view: ViewDouble });
  expect(renderToString(element)).toBe('');
  let shown: ReactTestRenderer | undefined;
  await act(async () => {
    shown = create(element);
  });
  expect(views).toEqual([]);
  const model = { weights: new Float32Array(1) } as ModelFiles;
  let run: Promise<unknown> = Promise.resolve();
  await act(async () => {
    run = trainer.train(model, {} as never, [], new AbortController().signal, () => {});
    run.catch(() => {});
  });
  const [first] = views;
  const { source, onShouldStartLoadWithRequest: mayLoad, containerStyle } = first!.props;
  expect(source).toEqual({ html: page, baseUrl: 'https://murmuration.invalid/' });
  expect(containerStyle).toMatchObject({ opacity: 0, width: 1, height: 1 });
  expect(['https://murmuration.invalid/', 'about:blank'].map(url => mayLoad({ url }))).toEqual([true, true]);
  expect(['https://attacker.example/', 'file:///data', 'javascript:1'].map(url => mayLoad({ url }))).toEqual([
    false,
    false,
    false,
  ]);
  await act(async () => shown?.update(createElement(MurmurationWebView, { trainer, view: ViewDouble })));
  expect(first!.props.source).toBe(source);
  first!.say('murmuration/1 ready');
  expect(first!.posted[0]).toMatch(/^murmuration\/1 hello [0-9a-f]{32}$/);
  await act(async () => first!.props.onRenderProcessGone());
  expect([views.length, first!.isThere, views[1]!.isThere]).toEqual([2, false, true]);
  // Its word counts no more.
  first!.say('murmuration/1 failed late');
  await act(async () => views[1]!.props.onContentProcessDidTerminate());
  views[2]!.say('murmuration/1 ready');
  expect(new Set(views.flatMap(({ posted }) => posted.slice(0, 1))).size).toBe(2);
  await act(async () => trainer.close());
  await expect(run).rejects.toMatchObject({ code: 'training.stopped' });
  expect(views.map(({ isThere }) => isThere)).toEqual([false, false, false]);
  await act(async () => shown?.unmount());
});

it('asks for a page that was made as one', () => {
  for (const page of ['', '<html>', undefined])
    expect(() => webViewTrainer({ page: page as string })).toThrow(
      expect.objectContaining({ code: 'options.invalid' }),
    );
});
