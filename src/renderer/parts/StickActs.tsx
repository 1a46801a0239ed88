/** What else can be done with a stick that is plugged in: nothing of it is the way to a new one, so it stands apart. */
import { Eraser, FileDown, KeyRound, PlugZap, ShieldCheck } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { changeStick, ejectDrive, restoreStick, saveStick, startStick } from '../acts/stick.ts';
import type { Drive, Image } from '../../shared/contract.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { formatBytes } from '../units.ts';
import { driveName, ejectedWords, isPractice } from '../drive-words.ts';
import { useStore } from '../store.ts';
import { ConfirmChange } from './ConfirmChange.tsx';
import { ConfirmRestore } from './ConfirmRestore.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

/** `image` and `recipe` are what it can be compared with and changed to; null where there is none. */
export function StickActs(props: {
  drive: Drive;
  image: Image | null;
  recipe: Recipe | null;
}): React.JSX.Element | null {
  const { drive, image, recipe } = props;
  const [asking, setAsking] = useState<'change' | 'restore' | null>(null);
  const ejection = useStore((known) => (known.ejection?.drive.id === drive.id ? known.ejection : null));
  // A file is compared and changed like a stick; the rest is done with it as with any file.
  const isFile = isPractice(drive);
  if (ejection?.state === 'done' || (isFile && image === null && recipe === null)) return null;
  const close = () => setAsking(null);
  return (
    <section aria-labelledby="stick-acts">
      <h2 id="stick-acts">
        {isFile
          ? t('What else can be done with the practice stick')
          : t('What else can be done with {{drive}}', { drive: driveName(drive) })}
      </h2>
      <ul className="rows">
        {image !== null && (
          <Act
            icon={<ShieldCheck />}
            about={t('Reads it back and compares it with {{fileName}}.', { fileName: image.fileName })}
          >
            <Press words={t('Verify this stick')} onPress={() => void startStick('verify', image, drive)} />
          </Act>
        )}
        {recipe !== null && (
          <Act
            icon={<KeyRound />}
            about={t('Gives a finished stick other secrets and another name; the image stays.')}
          >
            <Press words={t('Change this stick…')} onPress={() => setAsking('change')} />
          </Act>
        )}
        {!isFile && (
          <>
            <Act icon={<Eraser />} about={t('Makes an ordinary, empty stick of it again.')}>
              <Press words={t('Restore this stick…')} onPress={() => setAsking('restore')} />
            </Act>
            <Act
              icon={<FileDown />}
              about={t('Copies all {{size}} into a file on this computer; what is empty takes no room.', {
                size: formatBytes(drive.bytes),
              })}
            >
              <Press words={t('Save this stick to a file')} onPress={() => void saveStick(drive)} />
            </Act>
            <Act icon={<PlugZap />} about={t('Closes what is open of it, so that you can pull it out.')}>
              <Press words={t('Eject')} onPress={() => void ejectDrive(drive)} />
            </Act>
          </>
        )}
      </ul>
      {ejection?.state === 'running' && (
        <Waiting for={t('Letting go of {{drive}}…', { drive: driveName(drive) })} />
      )}
      {ejection?.state === 'failed' && <ProblemCard problem={ejection.problem} />}
      {asking === 'change' && recipe !== null && (
        <ConfirmChange
          drive={drive}
          recipe={recipe}
          onClose={close}
          onConfirm={() => {
            close();
            void changeStick(drive);
          }}
        />
      )}
      {asking === 'restore' && (
        <ConfirmRestore
          drive={drive}
          onClose={close}
          onConfirm={(label) => {
            close();
            void restoreStick(drive, label);
          }}
        />
      )}
    </section>
  );
}

function Act(props: { icon: ReactNode; about: string; children: ReactNode }): React.JSX.Element {
  return (
    <li className="item act">
      <span aria-hidden className="item-icon">
        {props.icon}
      </span>
      <p className="item-words muted">{props.about}</p>
      {props.children}
    </li>
  );
}

function Press(props: { words: string; onPress(): void }): React.JSX.Element {
  return (
    <button type="button" className="button small" onClick={props.onPress}>
      {props.words}
    </button>
  );
}

/** That a stick can be pulled out, also once it is out of the list. */
export function Ejected(): React.JSX.Element | null {
  const ejection = useStore((known) => known.ejection);
  if (ejection?.state !== 'done') return null;
  return (
    <p className="notice">
      <PlugZap aria-hidden className="notice-icon" />
      <span className="notice-title">{ejectedWords(ejection.drive)}</span>
    </p>
  );
}
