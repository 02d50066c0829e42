import { CheckInChart } from './check-in-chart.tsx';
import { DeviceList } from './device-list.tsx';
import { Pace } from './pace.tsx';
import { PopulationCard } from './population-card.tsx';

/** Page of the devices: their check-ins, population and enrolment. */
export function DevicesPage() {
  return (
    <div class="stack">
      <div class="beside">
        <CheckInChart />
        <div class="stack">
          <PopulationCard />
          <Pace />
        </div>
      </div>
      <DeviceList />
    </div>
  );
}
