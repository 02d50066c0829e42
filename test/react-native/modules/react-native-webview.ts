export const WebView = 'WebView';
