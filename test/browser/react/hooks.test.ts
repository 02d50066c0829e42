import { FederatedClient, type Inference, memoryStorage } from '@murmuration/client-sdk/browser';
import { FederationProvider, useFederation, usePrediction } from '@murmuration/client-sdk/react';
import type { Serving } from '@murmuration/engine/inference/serving';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { createElement, type ReactNode, StrictMode, useState } from 'react';
import { type createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';

/** Says how likely each of three classes is, of which the input names the likeliest. */
const serving: Serving<number> = {
  classes: 3,
  firstClass: 0,
  input: asked => Number(asked) as never,
  questions: () => ({ input: [] as never, targets: [] }),
};
const inference: Inference = {
  open: async () => ({
    predict: async input =>
      Float32Array.from({ length: 3 }, (_, name) => (name === Number(input) ? 0.8 : 0.1)),
    answer: async () => new Float32Array(),
    close: async () => {},
  }),
  close: async () => {},
};
const bundled = async () => encodeModel({}, layoutOf([{ name: 'w', shape: [1] }]), new Float32Array(1));

let made = 0;
const create = () => {
  made += 1;
  return new FederatedClient({
    // Nobody listens there; what the device has by itself is enough.
    url: 'http://127.0.0.1:9',
    storage: memoryStorage(),
    enrolment: 'a token',
    tasks: {
      words: {
        examples: () => [],
        trainer: { train: () => Promise.reject(new Error('No round trains here.')), close: async () => {} },
        bundled,
        hybrid: { serving, inference },
      },
    },
  });
};

function View() {
  const [text, setText] = useState('0');
  const { client, hasConsent, setConsent } = useFederation();
  const { prediction, isPending } = usePrediction('words', text);
  const likeliest = prediction ? prediction.values.indexOf(Math.max(...prediction.values)) : 'nothing';
  return createElement(
    'div',
    null,
    createElement('input', {
      value: text,
      onChange: (event: { target: { value: string } }) => setText(event.target.value),
    }),
    createElement(
      'button',
      { type: 'button', onClick: () => void setConsent(true) },
      hasConsent ? 'agreed' : 'agree',
    ),
    createElement('output', null, `${client ? 'client' : 'no client'}, ${likeliest}, ${isPending}`),
  );
}
const app = (): ReactNode =>
  createElement(StrictMode, null, createElement(FederationProvider, { create }, createElement(View)));

let container: HTMLElement;
let root: ReturnType<typeof createRoot> | undefined;
const output = () => container.querySelector('output')?.textContent;

afterEach(() => {
  root?.unmount();
  container.remove();
  made = 0;
});

it('hydrate what a server rendered, and answer as a person types', async () => {
  const markup = renderToString(app());
  expect(made).toBe(0);
  container = document.body.appendChild(document.createElement('div'));
  container.innerHTML = markup;
  expect(output()).toBe('no client, nothing, true');
  const mismatch = vi.fn();
  root = hydrateRoot(container, app(), { onRecoverableError: mismatch });
  await expect.poll(output).toBe('client, 0, false');
  const input = container.querySelector('input')!;
  // As React listens to it: through the setter of the element's own class.
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  set.call(input, '2');
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await expect.poll(output).toBe('client, 2, false');
  const button = container.querySelector('button')!;
  expect(button.textContent).toBe('agree');
  button.click();
  await expect.poll(() => button.textContent).toBe('agreed');
  expect([made, mismatch.mock.calls]).toEqual([1, []]);
});
