export * from './backend/backend.ts';
export * from './index.ts';
export { kerasModel } from './models/keras-model.ts';
