/** One drive in the list of those that may be chosen, and the list of those that may not, with what tells them apart. */
import { FileBox, HardDrive, Lock, Usb } from 'lucide-react';
import { pickAlso, pickDrive } from '../acts/drives.ts';
import type { Drive } from '../../shared/contract.ts';
import type { Problem } from '../../shared/problem.ts';
import { formatBytes } from '../units.ts';
import { busName, contents, driveName, isPractice } from '../drive-words.ts';
import { useStore } from '../store.ts';
import { problemWords } from '../told.tsx';
import { t } from '../words.ts';

export interface Judged {
  drive: Drive;
  refusals: Problem[];
}

export function OpenDrive({ drive }: { drive: Drive }): React.JSX.Element {
  const driveId = useStore((known) => known.driveId);
  const severalIds = useStore((known) => known.severalIds);
  const arrived = useStore((known) => known.newDrives.includes(drive.id));
  const Icon = isPractice(drive) ? FileBox : Usb;
  return (
    <label className={arrived ? 'choice drive arrived' : 'choice drive'}>
      {severalIds === null ? (
        <input
          type="radio"
          name="drive"
          checked={driveId === drive.id}
          onChange={() => pickDrive(drive.id)}
        />
      ) : (
        <input
          type="checkbox"
          checked={severalIds.includes(drive.id)}
          onChange={(event) => pickAlso(drive.id, event.target.checked)}
        />
      )}
      <Icon aria-hidden className="item-icon" />
      <span>
        <span className="item-title">
          {driveName(drive)}
          {arrived && <span className="tag new">{t('Just plugged in')}</span>}
        </span>
        <DriveWords drive={drive} />
      </span>
    </label>
  );
}

export function LockedDrives({ drives }: { drives: Judged[] }): React.JSX.Element {
  return (
    <section aria-labelledby="locked">
      <h2 id="locked">{t('Drives Nixburn will not touch')}</h2>
      <ul className="list">
        {drives.map(({ drive, refusals }) => (
          <li className="item locked" key={drive.id}>
            {drive.kind === 'usb' ? (
              <Usb aria-hidden className="item-icon" />
            ) : (
              <HardDrive aria-hidden className="item-icon" />
            )}
            <div className="item-words">
              <p className="item-title">{driveName(drive)}</p>
              <DriveWords drive={drive} />
              {refusals.map((refusal) => (
                <p className="with-icon reason" key={refusal.code}>
                  <Lock aria-hidden />
                  <span>{problemWords(aloneOr(refusal, refusals))}</span>
                </p>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What can be done about one reason helps only where it is the only one: nobody unmounts the disk of their system. */
function aloneOr(refusal: Problem, refusals: Problem[]): Problem {
  return refusals.length === 1 ? refusal : { ...refusal, remedy: '' };
}

/** How a drive is told from another: how it is attached, where, its serial number, and what is on it. */
function DriveWords({ drive }: { drive: Drive }): React.JSX.Element {
  const holds = contents(drive);
  return (
    <>
      <span className="item-facts">
        <span className="tag">{busName(drive)}</span>
        {isPractice(drive) && drive.bytes > 0 && <span>{formatBytes(drive.bytes)}</span>}
        <code>{drive.path}</code>
        {drive.serial !== '' && <span>{t('Serial {{serial}}', { serial: drive.serial })}</span>}
      </span>
      <span className="muted">
        {holds.length === 0 ? t('Nothing on it.') : t('Holds {{holds}}', { holds: holds.join(t('; ')) })}
      </span>
    </>
  );
}
