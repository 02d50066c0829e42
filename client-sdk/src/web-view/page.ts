import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { toBase64 } from '../storage/base64.ts';
import { linkPrefix } from './link.ts';

/** Id of the element with the app's script, which the page's workers also run. */
export const scriptId = 'murmuration';

/** Script that reports the app script's first error, before that can report its own. */
const watch = `addEventListener('error',function(event){var bridge=window.ReactNativeWebView;if(bridge)bridge.postMessage(${JSON.stringify(`${linkPrefix} failed `)}+event.message)})`;

/**
 * Returns the page of a hidden web view as HTML: `script`, which calls `serveWebView`, must be one classic
 * script with all that it needs. The page's policy runs nothing else and loads nothing.
 */
export function webViewPage(script: string): string {
  // These end a script element anywhere in the script; their replacements
  // mean the same in strings and patterns.
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
