import { PageHead } from '../controls/page-head.tsx';
import { terms } from '../format/terms.ts';
import { CheckInChart } from './check-in-chart.tsx';
import { DeviceList } from './device-list.tsx';
import { EnrolmentTokens } from './enrolment-tokens.tsx';
import { Pace } from './pace.tsx';
import { PopulationCard } from './population-card.tsx';

/** Who the devices are, when they come, and how they get in and out. */
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
