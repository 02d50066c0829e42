import { errors } from '@murmuration/protocol/errors/errors';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../sources.ts';
import { citedRules } from './cited-rules.ts';
import { spec } from './document.ts';

const rules = [...spec.matchAll(/^- \*\*([A-Z]{2}\d+) /gm)].map(([, id]) => id!);

describe('the rules of SPEC.md', () => {
  it('have an id each', () => {
    expect(new Set(rules).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(40);
  });

  it('are cited by the titles of tests, every one of them and no others', () => {
    const cited = [...readSources(['test'])].flatMap(([path, text]) => citedRules(path, text));
    expect([...new Set(cited)].toSorted()).toEqual(rules.toSorted());
  });

  it('name one another as they are called', () => {
    const named = [...spec.matchAll(/\b(?:[A-Z]{2})\d+\b/g)].map(([id]) => id);
    expect(named.filter(id => !rules.includes(id))).toEqual([]);
  });

  it('name codes of the table of errors', () => {
    const areas = [...new Set(Object.keys(errors).map(code => code.split('.')[0]))].join('|');
    const prose = spec.replaceAll(/^\|.*$/gm, '');
    const named = [...prose.matchAll(new RegExp(`\`((?:${areas})\\.[a-z-]+)\``, 'g'))].map(
      ([, code]) => code!,
    );
    expect(named.length).toBeGreaterThan(30);
    // A file, which is no code.
    const others = [...new Set(named)].filter(code => !(code in errors) && code !== 'model.json');
    expect(others).toEqual([]);
  });

  it('name the version that is spoken', () => {
    expect(spec).toContain(`The protocol version is ${protocolVersion}.`);
    expect(spec).toContain(`murmuration secure aggregation ${protocolVersion}\\n`);
  });
});

describe('a citation', () => {
  it.each([
    ["it('AB1: is held', () => {});", ['AB1']],
    ["test('AB1, AB2: are held', () => {});", ['AB1', 'AB2']],
    ["describe('AB1–AB3: hold', () => {});", ['AB1', 'AB2', 'AB3']],
    ["it.each([1])('AB1: %s', () => {});", ['AB1']],
    ["it.each([['AB1 zero', 0], ['AB2 one', 1]])('%s', () => {});", ['AB1', 'AB2']],
    [`describe.each([1])(\`AB1: \${name}\`, () => {});`, ['AB1']],
    ["it('holds AB1', () => {});", []],
    ["it('is no rule', () => 'AB1: text');", []],
    ["call('AB1: is no test');", []],
    ["it.each([['AB1 zero', 0]])('is not %s', () => {});", []],
  ])('is read from %s', (text, rules) => {
    expect(citedRules('a.test.ts', text)).toEqual(rules);
  });
});
