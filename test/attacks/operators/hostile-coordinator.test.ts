import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { note, say, sayJson } from '@murmuration/cli/output/output';
import { run } from '@murmuration/cli/run';
import { afterEach, describe, expect, it, vi } from 'vitest';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** All that a command writes. */
async function written(...args: readonly string[]): Promise<string> {
  let text = '';
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(chunk => {
      text += chunk;
      return true;
    });
  vi.stubEnv('MURMURATION_TOKEN', `mmo_${'x'.repeat(59)}`);
  await run(args);
  return text;
}

/** Sets the title of the window, clears the screen, and writes what looks like another answer. */
const steering = '\u001b]0;owned\u0007\u001b[2J\u001b[1;1H\u009b31mAll is well.\u202e\r';

describe('a coordinator that is hostile to its operators', () => {
  it('steers no terminal by the text of an error', async () => {
    const url = await listen((_, response) => {
      response.writeHead(403, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'operator.forbidden', detail: steering, retryable: false }));
    });
    const text = await written('experiments', 'list', 'line', '--url', url);
    expect(text).toContain('All is well.');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('steers none by what is shown, nor by JSON, which stays what it was', () => {
    let text = '';
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation(chunk => {
        text += chunk;
        return true;
      });
    say(`A task: ${steering}`);
    note(`Why: ${steering}`);
    say('\u001b[31mred\u001b[39m');
    expect(text).toContain('\u001b[31mred');
    const plain = () => text.replaceAll(/\n|\p{Cc}\[\d{1,2}m/gu, '');
    expect(plain()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    text = '';
    const value = { name: steering, far: '\u{e0001}' };
    sayJson(value);
    expect(plain()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(text)).toEqual(value);
  });

  it.each([
    ['an answer', 200],
    ['a refusal', 500],
  ])('is not read without end: %s', async (_, status) => {
    let sent = 0;
    const part = Buffer.alloc(1 << 20, ' ');
    const url = await listen((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(part)) sent += part.length;
        sent += part.length;
      };
      response.on('drain', more);
      more();
    });
    const text = await written('tasks', 'list', '--url', url);
    expect(text).toMatch(
      status === 200 ? /answered with more than \d+ bytes/ : /is no coordinator: it answered HTTP 500/,
    );
    expect(sent).toBeLessThan(256 << 20);
  });
});
