/** The line at the bottom: where it is built, for which NixOS, what runs and for how long. */
import { Info, PanelRightClose, PanelRightOpen, Settings } from 'lucide-react';
import { openSheet } from '../acts/desktop.ts';
import { toggleDrawer } from '../acts/recipe.ts';
import { buildingWords } from '../build-run.ts';
import { statusPlace } from '../builder-words.ts';
import { releaseWords } from '../stage.ts';
import { isBusy, stickPhaseWords, sticksWords } from '../stick-run.ts';
import { useRecipe, useStore, type Known } from '../store.ts';
import { t } from '../words.ts';
import { RecipeMenu } from './RecipeMenu.tsx';
import { Elapsed } from './Elapsed.tsx';

export function StatusLine(): React.JSX.Element {
  const recipe = useRecipe();
  const about = useStore((known) => known.about);
  const connection = useStore((known) => known.connection);
  const building = useStore((known) => known.building);
  const place = building.state === 'here' ? statusPlace(building.value) : t('this computer');
  const drawerOpen = useStore((known) => known.drawerOpen);
  const Icon = drawerOpen ? PanelRightClose : PanelRightOpen;
  return (
    <footer className="status" aria-label={t('Status')}>
      <span>{t('Builder: {{place}}', { place })}</span>
      <span>NixOS {releaseWords(recipe)}</span>
      {about?.nixpkgs && (
        <span className="status-nixpkgs">{t('nixpkgs from {{nixpkgs}}', { nixpkgs: about.nixpkgs })}</span>
      )}
      <span className="status-running">
        {connection === 'lost' ? t('Connection lost, trying again') : <Running />}
      </span>
      <RecipeMenu />
      <span className="status-sheets">
        <button
          type="button"
          className="button bare"
          aria-label={t('Preferences')}
          title={t('Preferences')}
          onClick={() => openSheet('preferences')}
        >
          <Settings aria-hidden />
        </button>
        <button
          type="button"
          className="button bare"
          aria-label={t('About Nixburn')}
          title={t('About Nixburn')}
          onClick={() => openSheet('about')}
        >
          <Info aria-hidden />
        </button>
      </span>
      <button type="button" className="status-toggle" aria-expanded={drawerOpen} onClick={toggleDrawer}>
        <Icon aria-hidden /> {t('Flake')}
      </button>
    </footer>
  );
}

function Running(): React.JSX.Element {
  const build = useStore((known) => known.build);
  const stick = useStore((known) => known.stick);
  const asking = useStore(askingWords);
  if (stick.state === 'running') {
    return (
      <>
        {stickPhaseWords(stick.trace)} · <Elapsed since={stick.trace.startedAt} />
      </>
    );
  }
  if (stick.state === 'several' && isBusy(stick)) return <>{sticksWords(stick)}</>;
  if (build.state === 'running') {
    return (
      <>
        {buildingWords(build.trace)} · <Elapsed since={build.trace.startedAt} />
      </>
    );
  }
  return <>{asking ?? t('Nothing is running')}</>;
}

/** What is asked of the network or of Nix and goes on without the person, or null. */
function askingWords({ finding, indexRun, nixpkgsRun, packageCheck }: Known): string | null {
  if (nixpkgsRun.state === 'running') return t('Moving nixpkgs');
  if (packageCheck.state === 'running') return t('Checking the packages');
  if (indexRun.state === 'running') return t('Getting the package list');
  if (finding.state === 'running') return t('Looking for the machine');
  return null;
}
