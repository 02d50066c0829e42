import { once } from 'node:events';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { answerTo, heard, type Terms, targets } from './target.ts';

const open = targets(afterEach);

const request = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;

describe('a request', () => {
  it('that offers HTTP/2 is answered as HTTP/1.1', async () => {
    const target = await open();
    const h2c = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    ];
    const socket = await target.dial();
    const answers = heard(socket);
    socket.write(request('GET /health/live HTTP/1.1', 'Host: x', ...h2c));
    await once(socket, 'data');
    socket.write(request('GET /health/ready HTTP/1.1', 'Host: x', 'Connection: close'));
    expect((await answers).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
  });

  it.each(['h2c', 'websocket', 'TLS/1.0'])(
    'for %s elsewhere reaches nothing that it should not',
    async protocol => {
      const target = await open();
      const upgrade = ['Connection: Upgrade', `Upgrade: ${protocol}`];
      const answer = await answerTo(
        target,
        request('GET /none HTTP/1.1', 'Host: x', ...upgrade, 'Connection: close'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it('that names two hosts is refused', async () => {
    const target = await open();
    const close = 'Connection: close';
    for (const hosts of [
      ['Host: x', 'Host: y'],
      ['Host: x', 'host: x'],
    ])
      expect(await answerTo(target, request('GET /health/live HTTP/1.1', ...hosts, close))).toMatch(
        /^HTTP\/1\.1 400 [\s\S]*"code":"request.invalid"/,
      );
    expect(target.refused).toEqual(['request.invalid', 'request.invalid']);
  });

  it('that waits for 100 Continue hears it after the checks, and the refusal instead of it', async () => {
    const target = await open();
    const [round, assignment] = ['R'.repeat(22), 'A'.repeat(22)];
    const answer = await answerTo(
      target,
      request(
        `PUT /v1/rounds/${round}/updates/${assignment} HTTP/1.1`,
        'Host: x',
        'Expect: 100-continue',
        'Content-Type: application/octet-stream',
        'Content-Length: 1000',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 [\s\S]*"code":"round\./);
    expect(answer).not.toContain('HTTP/1.1 100');
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('whose chunks trickle in is ended like one that says its length', async () => {
    const clock = new VirtualClock(systemClock.now());
    const target = await open({ limits: { slowest: 100, patience: 10_000 } }, { clock });
    const socket = await target.dial();
    const answer = heard(socket);
    socket.write(
      request(
        'POST /v1/admin/session HTTP/1.1',
        'Host: x',
        'Expect: 100-continue',
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
      ),
    );
    // 100 Continue: the coordinator reads the body from now on.
    await once(socket, 'data');
    socket.write('1\r\n{\r\n');
    while (target.refused.length === 0) {
      await clock.advance(9_000);
      socket.write('1\r\n \r\n');
      await (await fetch(`${target.url}/health/live`)).arrayBuffer();
      if (clock.now() - systemClock.now() > 200_000) break;
    }
    expect(target.refused).toEqual(['request.too-slow']);
    expect(await answer).toMatch(/HTTP\/1\.1 408 /);
  });

  it('is told to use TLS from now on for this host alone, and over TLS alone', async () => {
    const said = async (config: Terms, headers = {}) =>
      (await fetch(`${(await open(config)).url}/health/live`, { headers })).headers.get(
        'strict-transport-security',
      );
    const byTls = { 'x-forwarded-proto': 'https' };
    expect(await said({ trustedProxies: ['127.0.0.1'] }, byTls)).toMatch(/^max-age=\d+$/);
    expect(await said({}, byTls)).toBeNull();
    expect(await said({ trustedProxies: ['127.0.0.1'] })).toBeNull();
    expect(await said({})).toBeNull();
  });
});
