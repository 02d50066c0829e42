import {
  type ComponentType,
  createElement,
  type ReactElement,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
import type { WebViewHost } from './host.ts';

export interface WebViewMessage {
  readonly nativeEvent: { readonly data: string; readonly url: string };
}

/** Properties of react-native-webview's `WebView` that are used; its ref needs `postMessage`. */
export interface HiddenWebViewProps {
  readonly ref: (view: { postMessage(text: string): void } | null) => void;
  readonly source: { readonly html: string; readonly baseUrl: string };
  readonly originWhitelist: string[];
  readonly onMessage: (event: WebViewMessage) => void;
  readonly onShouldStartLoadWithRequest: (request: { readonly url: string }) => boolean;
  readonly onContentProcessDidTerminate: () => void;
  readonly onRenderProcessGone: () => void;
  readonly onError: () => void;
  readonly allowFileAccess: false;
  readonly setSupportMultipleWindows: false;
  readonly mixedContentMode: 'never';
  readonly pointerEvents: 'none';
  readonly containerStyle: HiddenStyle;
}

/** One invisible point: the system may suspend a web view without a size. */
interface HiddenStyle {
  readonly position: 'absolute';
  readonly width: 1;
  readonly height: 1;
  readonly opacity: 0;
  readonly flex: 0;
}

const hidden: HiddenStyle = { position: 'absolute', width: 1, height: 1, opacity: 0, flex: 0 };

export interface ShownPage {
  readonly host: WebViewHost;
  readonly html: string;
  readonly address: string;
}

/** Shows the page of a host while it needs one, in an invisible web view. */
export function HiddenWebView({
  shown: { host, html, address },
  view,
}: {
  readonly shown: ShownPage;
  // biome-ignore lint/suspicious/noExplicitAny: the app's version of the package has more properties.
  readonly view: ComponentType<any>;
}): ReactElement | null {
  const page = useSyncExternalStore(host.subscribe, host.page, () => undefined);
  useEffect(() => {
    host.shown(true);
    return () => host.shown(false);
  }, [host]);
  // Memoised: a web view may reload for a new object.
  const source = useMemo(() => ({ html, baseUrl: address }), [html, address]);
  if (page === undefined) return null;
  const gone = (why: string) => () => host.gone(page, why);
  const props: HiddenWebViewProps = {
    ref: view => host.attach(page, view ? text => view.postMessage(text) : undefined),
    source,
    // Other origins would open in the system's browser.
    originWhitelist: ['*'],
    onMessage: ({ nativeEvent: { data, url } }) => host.hear(page, data, url),
    onShouldStartLoadWithRequest: ({ url }) => url === address || url === 'about:blank',
    onContentProcessDidTerminate: gone('the system has ended its process'),
    onRenderProcessGone: gone('the system has ended its process'),
    onError: gone('its page could not be shown'),
    allowFileAccess: false,
    setSupportMultipleWindows: false,
    mixedContentMode: 'never',
    pointerEvents: 'none',
    containerStyle: hidden,
  };
  return createElement(view, { ...props, key: page });
}
