import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attacks } from '../../attacks/secagg/all.ts';
import { root } from '../../docs/documents.ts';
import { spec } from '../protocol/spec/document.ts';

interface Claim {
  readonly id: string;
  readonly attack: string;
  readonly rule: string;
  /** Paths, names of attacks, and commands. */
  readonly tests: readonly string[];
}

const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const text = read('THREAT_MODEL.md');
/** Every id that THREAT_MODEL.md has, or had before CHANGELOG.md withdrew it. */
const idsFile = new URL('claims.txt', import.meta.url);
const rules = new Set([...spec.matchAll(/^- \*\*([A-Z]{2}\d+) /gm)].map(([, id]) => id!));
const attackNames = new Set(attacks.map(({ name }) => name));
const commands = {
  faults: [...read('test/faults/faults.ts').matchAll(/^ {2}(\w+): \{$/gm)].map(([, name]) => name!),
  simulate: [...read('simulations/tuning/src/command/catalogue.ts').matchAll(/^ {4}name: '([\w-]+)'/gm)].map(
    ([, name]) => name!,
  ),
};

/** Items of the lists of a threat model: `- **ID Attack.** Rule.\`, and in a line of its own `→ tests`. */
function claimsIn(document: string): Claim[] {
  const items = document.match(/^- .*(?:\n {2}\S.*)*/gm) ?? [];
  return items.map(item => {
    const [said, named = ''] = item.split(/\\\n {2}→ /) as [string, string?];
    const [, id = '', attack = '', rule = ''] = /^- \*\*([A-Z]{2}\d+)\s(.+?)\*\*\s*(.*)$/s.exec(said) ?? [];
    return { id, attack, rule, tests: [...named.matchAll(/`([^`]+)`/g)].map(([, each]) => each!) };
  });
}

/** What remains needs no test. */
const remains = ({ id }: Claim): boolean => id.startsWith('RM');

function isTest(name: string): boolean {
  const [, command, run] = /^npm run (faults|simulate) -- ([\w-]+)/.exec(name) ?? [];
  if (command && run) return commands[command as keyof typeof commands].includes(run);
  return name.includes('/') ? existsSync(root + name) : attackNames.has(name);
}

function problemsOf(claims: readonly Claim[]): string[] {
  const ids = claims.map(({ id }) => id);
  return claims.flatMap(claim => {
    const { id, attack, rule, tests } = claim;
    const cited = [...`${attack} ${rule}`.matchAll(/\b[A-Z]{2}\d+\b/g)].map(([each]) => each);
    return [
      ...(id === '' || attack === '' || rule === '' ? [`${id} has no id, attack or rule`] : []),
      ...(ids.indexOf(id) !== ids.lastIndexOf(id) ? [`${id} is there twice`] : []),
      ...(tests.length === 0 && !remains(claim) ? [`${id} has no test`] : []),
      ...tests.filter(name => !isTest(name)).map(name => `${id} names ${name}, which is no test`),
      ...cited
        .filter(other => !rules.has(other) && !ids.includes(other))
        .map(other => `${id} cites ${other}, which is no rule`),
    ];
  });
}

/** Compares ids that were claimed with those that are, less those that a changelog withdraws. */
function lostIds(known: readonly string[], now: readonly string[], changelog: string): string[] {
  const withdrawn = (id: string) => new RegExp(`withdrawn: ${id}\\b`).test(changelog);
  return [
    ...known.filter(id => !now.includes(id) && !withdrawn(id)).map(id => `${id} has disappeared`),
    ...now.filter(id => !known.includes(id)).map(id => `${id} is missing in claims.txt`),
    ...now.filter(withdrawn).map(id => `${id} was withdrawn, and is no id for another claim`),
  ];
}

describe('the claims of THREAT_MODEL.md', () => {
  const claims = claimsIn(text);

  it('have an id, an attack, a rule that SPEC.md has, and a test that is there', () => {
    expect(claims.length).toBeGreaterThan(200);
    expect(claims.filter(claim => !remains(claim)).length).toBeGreaterThan(150);
    expect(problemsOf(claims)).toEqual([]);
  });

  it('are in no other form', () => {
    expect(text).not.toMatch(/^\s*(?:\||[*+] |\d+\. )/m);
    expect(text.match(/\*\*[A-Z]{2}\d+ /g)).toHaveLength(claims.length);
  });

  it('disappear only where CHANGELOG.md says so', () => {
    const known = readFileSync(idsFile, 'utf8').trim().split('\n');
    const ids = claims.map(({ id }) => id);
    expect(lostIds(known, ids, read('CHANGELOG.md'))).toEqual([]);
  });

  it('name every attack on secure aggregation that has a rule to leave out', () => {
    const named = new Set(claims.flatMap(({ tests }) => tests));
    // Honest rounds, which have to succeed.
    const honest = ['honest-ring', 'honest-complete', 'lost-after-update'];
    expect([...attackNames].filter(name => !named.has(name))).toEqual(honest);
  });
});

describe('the check of claims', () => {
  const one = '- **AB1 Read it.** It is\n  masked (SA5).\\\n  → `rosters`, `test/faults`\n';

  it('reads claims', () => {
    expect(claimsIn(`# A\n\n${one}- **RM1 Denial.** Always.\n`)).toEqual([
      { id: 'AB1', attack: 'Read it.', rule: 'It is\n  masked (SA5).', tests: ['rosters', 'test/faults'] },
      { id: 'RM1', attack: 'Denial.', rule: 'Always.', tests: [] },
    ]);
    expect(problemsOf(claimsIn(one))).toEqual([]);
  });

  it.each([
    [one.replace('AB1 ', ''), 'has no id, attack or rule'],
    [one + one, 'is there twice'],
    [one.replace(/\\\n.*/, ''), 'has no test'],
    [one.replace('rosters', 'roasters'), 'names roasters'],
    [one.replace('test/faults', 'test/vaults'), 'names test/vaults'],
    [one.replace('rosters', 'npm run faults -- none'), 'names npm run faults -- none'],
    [one.replace('SA5', 'SA99'), 'cites SA99'],
  ])('finds what is wrong with %j', (document, problem) => {
    expect(problemsOf(claimsIn(document)).join('\n')).toContain(problem);
  });

  it('finds ids that are lost, new, or used again', () => {
    expect(lostIds(['AB1', 'AB2'], ['AB2', 'AB3'], '')).toEqual([
      'AB1 has disappeared',
      'AB3 is missing in claims.txt',
    ]);
    expect(lostIds(['AB1', 'AB2'], ['AB2'], '- withdrawn: AB1')).toEqual([]);
    expect(lostIds(['AB1'], ['AB1'], '- withdrawn: AB1')).toHaveLength(1);
  });
});
