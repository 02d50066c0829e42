// A hidden web view that trains for an app on React Native; needs React 18 or later. Nothing of react-native-webview is imported here.
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
  /** The page, as `webViewPage` makes it of a script that calls `serveWebView`. */
  readonly page: string;
  /** The system's random numbers, where no `crypto.getRandomValues` is installed: that of `expo-crypto`. */
  readonly getRandomValues?: GetRandomValues;
}

/** A trainer in a hidden web view, and what predicts there. */
export interface WebViewTrainer extends Trainer {
  /** Puts models to use in another worker of the page, which training never delays: for `hybrid.inference`. */
  readonly inference: Inference;
  /** What `MurmurationWebView` shows. */
  readonly shown: ShownPage;
}

/** An origin that nobody has (RFC 2606): nothing can be loaded from it. */
const address = 'https://murmuration.invalid/';

/**
 * Trains and predicts in a hidden web view, by the engine's kernels; the app shows a `<MurmurationWebView/>` with it. A page that the system has ended
 * is started again and begins again, up to three times, what it was asked. Throws `options.invalid` for a page that `webViewPage` has not
 * made, and where the app has no random numbers.
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
  // biome-ignore lint/suspicious/noExplicitAny: the properties of the app's version of the package are more than those that are used.
  readonly view: ComponentType<any>;
}

/** Shows the page of a trainer while it trains or predicts, where nobody sees it. An app has one for each trainer, in a place that stays. */
export function MurmurationWebView({ trainer, view }: MurmurationWebViewProps): ReactElement {
  return createElement(HiddenWebView, { shown: trainer.shown, view });
}
