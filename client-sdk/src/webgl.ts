export { webgl } from '@murmuration/engine/webgl';
