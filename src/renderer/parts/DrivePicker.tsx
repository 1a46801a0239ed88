/** The drives that are plugged in now: which may be chosen, which may not and why. Nothing is chosen beforehand. */
import { CircleAlert, FileBox, Usb } from 'lucide-react';
import { useEffect, useState } from 'react';
import {
  chooseSeveral,
  forgetDrives,
  pickImage,
  stopWatching,
  watchAgain,
  watchDrives,
} from '../acts/drives.ts';
import { changeSettings } from '../acts/settings.ts';
import { goTo } from '../acts/station.ts';
import { makeStick, startStick, writeSticks } from '../acts/stick.ts';
import type { Drive, Image } from '../../shared/contract.ts';
import { formatBytes } from '../units.ts';
import { driveName, goneWords, isPractice, refusalsFor } from '../drive-words.ts';
import { focusQuestion } from '../focus.ts';
import { slotWords } from '../slot-words.ts';
import { isSameRecipe } from '../stage.ts';
import { currentImage, slotRecipe, useStore } from '../store.ts';
import { usePlace } from './Builders.tsx';
import { ConfirmErase, ConfirmSeveral } from './ConfirmErase.tsx';
import { LockedDrives, OpenDrive, type Judged } from './DriveList.tsx';
import { Field } from './Field.tsx';
import { MadeSticks } from './MadeSticks.tsx';
import { Page } from './Page.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Ejected, StickActs } from './StickActs.tsx';
import { Switch } from './Switch.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

export function DrivePicker(): React.JSX.Element {
  const connection = useStore((known) => known.connection);
  const kept = useStore(currentImage);
  const arrivesFrom = useArrivals();
  const [wantsArriving, setWantsArriving] = useState(false);
  const isArriving = wantsArriving && arrivesFrom !== null;
  // Its size is not known before it is built.
  const image = isArriving ? null : kept;
  const drives = useStore((known) => known.drives);
  const driveId = useStore((known) => known.driveId);
  const recipe = useStore(slotRecipe);
  const severalIds = useStore((known) => known.severalIds);
  // The image as it was when the question was put: a build that ends meanwhile must not put its own into what was read.
  const [asking, setAsking] = useState<{ image: Image | null } | null>(null);
  useEffect(() => {
    if (connection !== 'open') return undefined;
    watchDrives();
    return stopWatching;
  }, [connection]);
  useEffect(() => forgetDrives, []);

  const all: Judged[] =
    drives.state === 'here'
      ? drives.value.map((drive) => ({ drive, refusals: refusalsFor(drive, image) }))
      : [];
  const open = all.filter((one) => one.refusals.length === 0).map((one) => one.drive);
  const locked = all.filter((one) => one.refusals.length > 0);
  const picked = open.find((drive) => drive.id === driveId) ?? null;
  // A drive that is gone takes the question with it; the next one must not be met by a question already open.
  const several = severalIds && open.filter((drive) => severalIds.includes(drive.id));
  const isChosen = picked !== null || (several !== null && several.length > 0);
  // One alone is written as one.
  const alone = picked ?? (several?.length === 1 ? (several[0] ?? null) : null);
  if (asking !== null && (!isChosen || (asking.image === null && recipe === null))) setAsking(null);
  useEffect(() => {
    // The button that opened the question can not take the focus back where there is nothing to write to any more.
    const focused = document.activeElement;
    if (asking === null && !isChosen && (focused === document.body || focused?.matches(':disabled'))) {
      focusQuestion();
    }
  }, [asking, isChosen]);
  const asked = asking?.image ?? null;
  const hint =
    image === null && !isArriving
      ? t('Build an image first.')
      : isChosen
        ? undefined
        : several === null
          ? t('Choose a drive.')
          : t('Choose the drives.');

  return (
    <Page
      question={t('Plug in the stick now')}
      lead={t(
        'The drive that appears is marked. Nothing is chosen for you, and nothing is written before you confirm.',
      )}
      primary={{
        words: writeWords(picked ?? several?.[0], several?.length ?? 1, isArriving),
        onPress: () => setAsking({ image }),
        disabled: !isChosen || (image === null && !isArriving),
      }}
      hint={hint}
    >
      {!isArriving && <ImageChoice image={image} />}
      {arrivesFrom !== null && (
        <label className="check">
          <input
            type="checkbox"
            checked={isArriving}
            onChange={(event) => {
              if (event.target.checked && several !== null) chooseSeveral(false);
              setWantsArriving(event.target.checked);
            }}
          />
          <span>
            {t('Build it now and write it while it arrives')}{' '}
            <span className="muted">
              {t(
                '{{builder}} builds the image of this recipe and sends it straight to one stick. No copy stays on this computer, so what the stick does not keep can not be written again.',
                { builder: arrivesFrom },
              )}
            </span>
          </span>
        </label>
      )}
      <section aria-labelledby="drives">
        <h2 id="drives">{t('Drives you can write to')}</h2>
        <Gone />
        <Ejected />
        {drives.state === 'loading' && <Waiting for={t('Looking for drives…')} />}
        {drives.state === 'failed' && (
          <ProblemCard problem={drives.problem}>
            <button type="button" className="button" onClick={watchAgain}>
              {t('Look again')}
            </button>
          </ProblemCard>
        )}
        {drives.state === 'here' && open.length === 0 && (
          <p className="empty">
            <Usb aria-hidden />
            <span>
              {t('No drive that may be written to is plugged in. It appears here as soon as you plug it in.')}
            </span>
          </p>
        )}
        <div
          className="choices drives"
          role={several === null ? 'radiogroup' : 'group'}
          aria-labelledby="drives"
        >
          {open.map((drive) => (
            <OpenDrive drive={drive} key={drive.id} />
          ))}
        </div>
        {!isArriving && <Several isWanted={several !== null} count={open.length} />}
      </section>
      {picked !== null && <StickActs drive={picked} image={image} recipe={recipe} key={picked.id} />}
      {locked.length > 0 && <LockedDrives drives={locked} />}
      <Practice />
      <MadeSticks drives={open} />
      {asking?.image === null && alone !== null && recipe !== null && (
        <ConfirmErase
          drive={alone}
          image={{ fileName: `${recipe.image.fileName}.iso` }}
          extra={[slotWords(recipe, null), t('The drive is not touched before the image is built.')].join(
            ' ',
          )}
          onClose={() => setAsking(null)}
          onConfirm={() => {
            setAsking(null);
            void makeStick(alone);
          }}
        />
      )}
      {alone !== null && asked !== null && (
        <ConfirmErase
          drive={alone}
          image={asked}
          extra={slotWords(recipe, asked)}
          onClose={() => setAsking(null)}
          onConfirm={() => {
            setAsking(null);
            void startStick('write', asked, alone);
          }}
        />
      )}
      {several !== null && several.length > 1 && asked !== null && (
        <ConfirmSeveral
          drives={several}
          image={asked}
          extra={slotWords(recipe, asked, several.length)}
          onClose={() => setAsking(null)}
          onConfirm={() => {
            setAsking(null);
            void writeSticks(asked, several);
          }}
        />
      )}
    </Page>
  );
}

/** The builder that could send the image of this recipe straight to a stick; null where there is none, or no need. */
function useArrivals(): string | null {
  const place = usePlace();
  const recipe = useStore(slotRecipe);
  const build = useStore((known) => known.build);
  if (recipe === null || place === null || place.on === null || place.on === 'here') return null;
  if (build.state === 'running') return null;
  return build.state === 'done' && isSameRecipe(build.trace.recipe, recipe) ? null : place.words;
}

function writeWords(first: Drive | undefined, count: number, isArriving: boolean): string {
  if (first === undefined) return isArriving ? t('Build and write…') : t('Write…');
  if (isArriving)
    return isPractice(first)
      ? t('Build and write to the practice stick…')
      : t('Build and write to {{drive}}…', { drive: driveName(first) });
  if (count > 1) return t('Write to {{count}} drives…', { count });
  return isPractice(first)
    ? t('Write to the practice stick…')
    : t('Write to {{drive}}…', { drive: driveName(first) });
}

/** Offered where there is a choice; whoever makes one stick never meets it. */
function Several({ isWanted, count }: { isWanted: boolean; count: number }): React.JSX.Element | null {
  if (!isWanted && count < 2) return null;
  return (
    <label className="check">
      <input type="checkbox" checked={isWanted} onChange={(event) => chooseSeveral(event.target.checked)} />
      <span>
        {t('Write several at once')}{' '}
        <span className="muted">{t('Each gets a name and a host key of its own.')}</span>
      </span>
    </label>
  );
}

function ImageChoice({ image }: { image: Image | null }): React.JSX.Element {
  const images = useStore((known) => known.images);
  if (image === null) {
    return (
      <div className="empty">
        <FileBox aria-hidden />
        <p>{t('There is no image to write yet. Build one first; you can look at the drives meanwhile.')}</p>
        <button type="button" className="button small" onClick={() => goTo('build')}>
          {t('Go to Build')}
        </button>
      </div>
    );
  }
  return (
    <section aria-labelledby="what">
      <h2 id="what">{t('Image')}</h2>
      {images.length === 1 ? (
        <p className="plain-item">
          <FileBox aria-hidden className="item-icon" />
          <code>{image.fileName}</code>
          <span className="muted">{formatBytes(image.bytes)}</span>
        </p>
      ) : (
        <Field label={t('What is written')}>
          {(tied) => (
            <select {...tied} value={image.id} onChange={(event) => pickImage(event.target.value)}>
              {images.map((one) => (
                <option value={one.id} key={one.id}>
                  {one.fileName}, {formatBytes(one.bytes)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </section>
  );
}

/** What was chosen and can be no more: nobody should wonder where the choice went. */
function Gone(): React.JSX.Element | null {
  const gone = useStore((known) => known.goneDrive);
  const drives = useStore((known) => known.drives);
  const others = useStore((known) => known.severalIds?.length ?? 0);
  if (gone === null || drives.state !== 'here') return null;
  return (
    <p className="notice">
      <CircleAlert aria-hidden className="notice-icon" />
      <span>{goneWords(gone, drives.value, others === 0)}</span>
    </p>
  );
}

function Practice(): React.JSX.Element {
  const { practiceDrives } = useStore((known) => known.settings);
  return (
    <Switch
      isOn={practiceDrives}
      title={t('Show a practice stick')}
      hint={t('An ordinary file, to try everything without a drive.')}
      onChange={(isWanted) => void changeSettings({ practiceDrives: isWanted })}
    />
  );
}
