import { namedTransport } from '@murmuration/client-sdk/transport/named';
import { transportContract } from '../../../contract/transport.ts';

transportContract('sockets', (base, platform) => namedTransport(base, platform, 'sockets'));
transportContract('plain HTTP', (base, platform) => namedTransport(base, platform, 'http'));
transportContract('what can be had', (base, platform) => namedTransport(base, platform));
