export { webgpu } from '@murmuration/engine/webgpu';
