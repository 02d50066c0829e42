import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { toBase64 } from '../storage/base64.ts';
import { prefix } from './link.ts';

/** The id of the element that holds the app's script, which the page's workers run as well. */
export const scriptId = 'murmuration';

/** Tells the app why its script does not run, before that can do so itself. */
const watch = `addEventListener('error',function(event){var bridge=window.ReactNativeWebView;if(bridge)bridge.postMessage(${JSON.stringify(`${prefix} failed `)}+event.message)})`;

/**
 * The page of a hidden web view as one text of HTML: `script`, which calls `serveWebView`, as one classic script with all that it needs. Its policy
 * lets nothing else run and nothing be loaded.
 */
export function webViewPage(script: string): string {
  // What stands in a script element ends at the first of these, wherever in the script it is; in a string or a pattern the two mean the same.
  const inline = script
    .replace(/\r\n?/g, '\n')
    .replace(/<\/(?=script)/gi, '<\\/')
    .replace(/<!--/g, '\\x3c!--');
  const hashes = [watch, inline].map(text => `'sha256-${hashOf(text)}'`).join(' ');
  const policy = `default-src 'none'; script-src ${hashes} 'wasm-unsafe-eval'; worker-src blob:; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>Training</title></head><body><script>${watch}</script>`,
    `<script id="${scriptId}">${inline}</script></body></html>`,
  ].join('');
}

function hashOf(text: string): string {
  const hash = contentHash(utf8(text));
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16));
  return `${toBase64(bytes)}=`;
}
