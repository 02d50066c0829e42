export * from './tfjs/tf.ts';
