import { regressor } from '@murmuration/client-sdk/engine';

const scaled = reading => (reading - 20) / 10;

/** Predicts the next reading from four. One that is far from its prediction is an anomaly. */
export default regressor({
  features: readings => readings.slice(0, 4).map(scaled),
  label: readings => scaled(readings[4]),
});
