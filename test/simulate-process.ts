// npm run simulate, as a process of a test.
import '@murmuration/simulations/simulate';
