import { createHash } from 'node:crypto';
import { webViewPage } from '@murmuration/client-sdk/web-view';
import { serveWebView } from '@murmuration/client-sdk/web-view-page';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

/** What a page has in its script elements, read as browsers do: the first end tag ends one. */
const scriptsOf = (html: string) =>
  Array.from(html.matchAll(/<script[^>]*>([\s\S]*?)<\/script/gi), ([, text]) => text!);

describe('the page of a web view', () => {
  it('allows its own scripts, and nothing else', () => {
    const html = webViewPage("say('ä\u2028')");
    const scripts = scriptsOf(html);
    expect(scripts).toHaveLength(2);
    expect(scripts[1]).toBe("say('ä\u2028')");
    const hashes = scripts.map(text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(html).toContain(
      `content="default-src 'none'; script-src ${hashes.join(' ')} 'wasm-unsafe-eval'; worker-src blob:; base-uri 'none'; form-action 'none'"`,
    );
  });

  it.each([
    ["a = '</script><script>attack()</script>'", '</script><script>attack()</script>'],
    ["a = '<!--<script>'", '<!--<script>'],
    ["a = '</SCRIPT >'", '</SCRIPT >'],
    ["a = /<\\/script/.source + '<!--'", '<\\/script<!--'],
    ['a = `one\r\ntwo`', 'one\ntwo'],
  ])('holds the script %j as one, which says the same', (script, said) => {
    const [, text] = scriptsOf(webViewPage(script));
    expect(new Function(`var a; ${text}; return a`)()).toBe(said);
    expect(text).not.toContain('<!--');
  });
});

it('serves no other page', () => {
  const refused = expect.objectContaining({ code: 'options.invalid' });
  vi.stubGlobal('document', { getElementById: () => ({ textContent: 'script' }) });
  expect(() => serveWebView({} as never)).toThrow(refused);
  vi.stubGlobal('ReactNativeWebView', { postMessage() {} });
  vi.stubGlobal('document', { getElementById: () => null });
  expect(() => serveWebView({} as never)).toThrow(refused);
});
