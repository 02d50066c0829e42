// A hidden web view that trains for an app on React Native; needs React 18. Imports no react-native-webview.
import './react-native/built-ins.ts';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { type ComponentType, createElement, type ReactElement } from 'react';
import type { Inference } from './hybrid/inference.ts';
import { type GetRandomValues, requireRandom } from './react-native/requirements.ts';
import type { Trainer } from './training/trainer.ts';
import { HiddenWebView, type ShownPage } from './web-view/component.ts';
import { WebViewHost } from './web-view/host.ts';
import { hostInference, hostTrainer } from './web-view/trainer.ts';

export type { HiddenWebViewProps, WebViewMessage } from './web-view/component.ts';
export { webViewPage } from './web-view/page.ts';

export interface WebViewTrainerOptions {
  /** Page that `webViewPage` makes of a script that calls `serveWebView`. */
  readonly page: string;
  /**
   * Random numbers of the system where `crypto.getRandomValues` is missing, such as those of `expo-crypto`.
   */
  readonly getRandomValues?: GetRandomValues;
}

/** Trainer in a hidden web view, with its inference. */
export interface WebViewTrainer extends Trainer {
  /** Runs models in another worker of the page, which training never delays; for `hybrid.inference`. */
  readonly inference: Inference;
  /** Page for `MurmurationWebView`. */
  readonly shown: ShownPage;
}

/** Origin that doesn't resolve (RFC 2606): nothing can be loaded from it. */
const address = 'https://murmuration.invalid/';

/**
 * Trains and predicts in a hidden web view, with the engine's kernels; the app shows a
 * `<MurmurationWebView/>` for it. If the system ends the page, it restarts and repeats its work, up to three
 * times. Throws `options.invalid` for a page that `webViewPage` has not made, and where the app has no random
 * numbers.
 */
export function webViewTrainer({ page, getRandomValues }: WebViewTrainerOptions): WebViewTrainer {
  const random = requireRandom(getRandomValues);
  if (typeof page !== 'string' || !page.startsWith('<!doctype html>'))
    throw new MurmurationError('options.invalid', 'options.page has to be a text that webViewPage has made.');
  const host = new WebViewHost({ clock: systemClock, random, address });
  return {
    ...hostTrainer(host),
    inference: hostInference(host),
    shown: { host, html: page, address },
  };
}

export interface MurmurationWebViewProps {
  readonly trainer: WebViewTrainer;
  /** `WebView` of `react-native-webview`. */
  // biome-ignore lint/suspicious/noExplicitAny: the app's version of the package has more properties.
  readonly view: ComponentType<any>;
}

/**
 * Shows the hidden page of a trainer while it works. An app mounts one per trainer, in a place that stays.
 */
export function MurmurationWebView({ trainer, view }: MurmurationWebViewProps): ReactElement {
  return createElement(HiddenWebView, { shown: trainer.shown, view });
}
