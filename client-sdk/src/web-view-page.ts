export { serveWebView, type WebViewOptions } from './web-view/serve.ts';
