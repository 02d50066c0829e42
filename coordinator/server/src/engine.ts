export * from '@murmuration/engine';
export { encodeModel } from '@murmuration/protocol/weights/model-files';
