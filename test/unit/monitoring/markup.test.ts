import { dataBlock, html } from '@murmuration/monitoring/kit/markup';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const decoded = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('the markup of a page', () => {
  it('keeps any text a text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'script', '/', 'a', '$', '\\') }),
        text => {
          const { text: written } = html`<p title="${text}">${text}</p>`;
          const parts = /^<p title="([^"<>]*)">([^<>"]*)<\/p>$/.exec(written);
          expect(parts).not.toBeNull();
          expect(decoded(parts![1]!)).toBe(text);
          expect(decoded(parts![2]!)).toBe(text);
        },
      ),
    );
  });

  it('puts markup into markup as it is, lists one after the other, and null nowhere', () => {
    const items = ['a & b', 2, null].map(item => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${null}`.text).toBe('<ul><li>a &amp; b</li><li>2</li><li></li></ul>');
  });

  it('ends no element in a block of data, which reads the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const [, text = ''] = /^<script type="application\/json">(.*)<\/script>$/s.exec(
          dataBlock(['</script><!--', value]).text,
        )!;
        expect(text).not.toContain('<');
        expect(JSON.parse(text)).toEqual(['</script><!--', JSON.parse(JSON.stringify(value))]);
      }),
    );
  });
});
