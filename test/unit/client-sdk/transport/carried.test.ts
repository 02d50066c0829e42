import { namedTransport } from '@murmuration/client-sdk/transport/named';
import { nativeTransport } from '@murmuration/client-sdk/transport/native';
import { transportContract } from '../../../contract/transport.ts';
import { installXmlHttpRequest } from '../../../react-native/xml-http-request.ts';

installXmlHttpRequest();

transportContract('sockets', (base, platform) => namedTransport(base, platform, 'sockets'));
transportContract('plain HTTP', (base, platform) => namedTransport(base, platform, 'http'));
transportContract('what can be had', (base, platform) => namedTransport(base, platform));
transportContract(
  'plain HTTP of React Native',
  (base, platform) => nativeTransport(base, platform, () => 'http'),
  'unreachable',
);
