/** The pipeline as seven stations; any of them can be opened at any time. */
import { Check, HardDriveDownload, Hammer, KeyRound, Package, Power, Settings2, Wifi } from 'lucide-react';
import icon from '../../../assets/icon.svg';
import { goTo } from '../acts/station.ts';
import { stations, stationTitles, type Station, type StationName, type StationState } from '../stage.ts';
import { currentImage, useRecipe, useStore } from '../store.ts';
import { LanguageChoice } from './LanguageChoice.tsx';
import { Ring } from './Ring.tsx';
import { msg, t, type Message } from '../words.ts';

const icons: Record<StationName, typeof KeyRound> = {
  keys: KeyRound,
  packages: Package,
  network: Wifi,
  system: Settings2,
  build: Hammer,
  drive: HardDriveDownload,
  boot: Power,
};

const stateWords: Record<StationState, Message> = {
  todo: msg('to do'),
  ready: msg('ready'),
  problem: msg('has a problem'),
  running: msg('running'),
  done: msg('done'),
};

export function Rail(): React.JSX.Element {
  const recipe = useRecipe();
  const problems = useStore((known) => known.problems);
  const build = useStore((known) => known.build);
  const stick = useStore((known) => known.stick);
  const image = useStore(currentImage);
  const front = useStore((known) => known.station);
  const all = stations({ recipe, problems, build, stick, image });
  return (
    <nav className="rail" aria-label={t('Stations')}>
      <p className="brand">
        <img src={icon} alt="" width="24" height="24" /> <span>Nixburn</span>
      </p>
      <ol>
        {all.map((station) => (
          <li key={station.name}>
            <Stop station={station} front={station.name === front} />
          </li>
        ))}
      </ol>
      <LanguageChoice />
    </nav>
  );
}

function Stop({ station, front }: { station: Station; front: boolean }): React.JSX.Element {
  const Icon = icons[station.name];
  return (
    <button
      type="button"
      className="stop"
      aria-current={front ? 'step' : undefined}
      data-state={station.state}
      data-verified={station.verified}
      onClick={() => goTo(station.name)}
    >
      <Icon aria-hidden className="stop-icon" />
      <span className="stop-words">
        <span className="stop-title">{t(stationTitles[station.name])}</span>
        <span className="stop-summary">{station.summary}</span>
      </span>
      <span className="sr-only">({t(stateWords[station.state])})</span>
      <Mark station={station} />
    </button>
  );
}

function Mark({ station }: { station: Station }): React.JSX.Element {
  if (station.state === 'running') return <Ring fraction={station.fraction} />;
  return (
    <span className="mark" aria-hidden>
      {station.state === 'done' && <Check />}
      {station.state === 'problem' && '!'}
    </span>
  );
}
