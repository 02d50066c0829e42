import { once } from 'node:events';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterEach, describe, expect, it } from 'vitest';
import { type Target, targets } from './target.ts';

const open = targets(afterEach);
const admin = mintToken('operator', systemRandom, native);
const operatorTokens = [{ id: admin.proof.id, name: 'Ada', role: 'viewer', sha256: hex(admin.proof.digest) }];

/** Opens a WebSocket of which the attacker reads the handshake's answer, and nothing from then on. */
async function deafSocket(target: Target, path: string, ...headers: string[]) {
  const socket = await target.dial();
  socket.write(
    [
      `GET ${path}?EIO=4&transport=websocket HTTP/1.1`,
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
      '\r\n',
    ].join('\r\n'),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
  socket.pause();
  return socket;
}

describe('peers that neither read nor answer', () => {
  it('do not hold up a coordinator that stops', async () => {
    const target = await open({ operatorTokens });
    await deafSocket(target, `${socketPath}/`);
    await deafSocket(target, '/v1/admin/live', `Authorization: Bearer ${admin.text}`);
    const asking = await target.dial();
    asking.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10));
    const halfway = await target.dial();
    halfway.write('GET /health/live HTTP/1.1\r\nHost: x\r\nX: ');
    await (await fetch(`${target.url}/health/live`)).arrayBuffer();
    await target.coordinator.stop();
  });
});
