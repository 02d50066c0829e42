export * from '@murmuration/engine/tf';
