export * from '@murmuration/monitoring';
