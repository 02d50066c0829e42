import { PageHead } from '../controls/page-head.tsx';
import { terms } from '../format/terms.ts';
import { CheckInChart } from './check-in-chart.tsx';
import { DeviceList } from './device-list.tsx';
import { EnrolmentTokens } from './enrolment-tokens.tsx';
import { Pace } from './pace.tsx';
import { PopulationCard } from './population-card.tsx';

/** Page of the devices: their check-ins, population and enrolment. */
export function DevicesPage() {
  return (
    <>
      <PageHead title={terms.pages.devices} />
      <div class="stack">
        <div class="beside">
          <CheckInChart />
          <div class="stack">
            <PopulationCard />
            <Pace />
          </div>
        </div>
        <EnrolmentTokens />
        <DeviceList />
      </div>
    </>
  );
}
