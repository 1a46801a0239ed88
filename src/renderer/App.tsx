/** Puts the window together: rail, the screen in front, flake drawer, status line. */
import { Announcer } from './parts/Announcer.tsx';
import { Drawer } from './parts/Drawer.tsx';
import { Opened } from './parts/Opened.tsx';
import { Opening } from './parts/Opening.tsx';
import { ProblemCard } from './parts/ProblemCard.tsx';
import { Rail } from './parts/Rail.tsx';
import { Sheets } from './parts/Sheets.tsx';
import { StatusLine } from './parts/StatusLine.tsx';
import { WindowTitle } from './parts/WindowTitle.tsx';
import { connectionLost } from './backend.ts';
import { focusQuestion } from './focus.ts';
import { Boot } from './steps/Boot.tsx';
import { Build } from './steps/Build.tsx';
import { Drive } from './steps/Drive.tsx';
import { Keys } from './steps/Keys.tsx';
import { Network } from './steps/Network.tsx';
import { Packages } from './steps/Packages.tsx';
import { System } from './steps/System.tsx';
import type { StationName } from './stage.ts';
import { useStore } from './store.ts';
import { t } from './words.ts';

const screens: Record<StationName, () => React.JSX.Element> = {
  keys: Keys,
  packages: Packages,
  network: Network,
  system: System,
  build: Build,
  drive: Drive,
  boot: Boot,
};

export function App(): React.JSX.Element {
  const begun = useStore((known) => known.recipe !== null);
  const station = useStore((known) => known.station);
  const drawerOpen = useStore((known) => known.drawerOpen);
  const connection = useStore((known) => known.connection);
  // Another language is another word everywhere: all below is drawn anew, and what was typed stays.
  useStore((known) => known.language);
  if (!begun) return <Opening />;
  const Screen = screens[station];
  return (
    <div className="window" data-drawer={drawerOpen}>
      <button type="button" className="skip button" onClick={focusQuestion}>
        {t('Skip the stations')}
      </button>
      <Rail />
      <div className="pane">
        {connection === 'lost' && (
          <div className="pane-note">
            <ProblemCard problem={connectionLost} />
          </div>
        )}
        <Opened />
        <Screen key={station} />
      </div>
      {drawerOpen && <Drawer />}
      <StatusLine />
      <Announcer />
      <WindowTitle />
      <Sheets />
    </div>
  );
}
