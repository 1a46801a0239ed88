/** The last question before drives are erased: which, and what will be lost. */
import { HardDriveDownload, TriangleAlert } from 'lucide-react';
import type { Drive, Image } from '../../shared/contract.ts';
import { busName, contents, driveName, eraseWords, isPractice } from '../drive-words.ts';
import { Confirm } from './Confirm.tsx';
import { t } from '../words.ts';
import { rich } from '../rich.tsx';

interface Asked {
  image: Pick<Image, 'fileName'>;
  /** What each stick gets besides the image. */
  extra: string;
  onClose(): void;
  onConfirm(): void;
}

export function ConfirmErase(props: Asked & { drive: Drive }): React.JSX.Element {
  const { drive, image } = props;
  const practice = isPractice(drive);
  return (
    <Confirm
      title={
        practice ? (
          <>
            <HardDriveDownload aria-hidden /> {t('Write the practice stick?')}
          </>
        ) : (
          <>
            <TriangleAlert aria-hidden className="danger" />{' '}
            {t('Erase {{drive}}?', { drive: driveName(drive) })}
          </>
        )
      }
      words={eraseWords(drive)}
      danger={!practice}
      onClose={props.onClose}
      onConfirm={props.onConfirm}
    >
      {practice ? (
        <p>
          {rich(
            '<code>{{fileName}}</code> is written to the file <code>{{path}}</code>. No drive is touched.',
            { fileName: image.fileName, path: drive.path },
          )}
        </p>
      ) : (
        <>
          <p>
            {rich('Everything on this drive will be lost and replaced by <code>{{fileName}}</code>.', {
              fileName: image.fileName,
            })}
          </p>
          <Losses drive={drive} />
        </>
      )}
      <p>{props.extra}</p>
    </Confirm>
  );
}

export function ConfirmSeveral(props: Asked & { drives: Drive[] }): React.JSX.Element {
  const { drives, image } = props;
  return (
    <Confirm
      title={
        <>
          <TriangleAlert aria-hidden className="danger" />{' '}
          {t('Erase {{count}} drives?', { count: drives.length })}
        </>
      }
      words={t('Erase {{count}} drives and write', { count: drives.length })}
      danger
      onClose={props.onClose}
      onConfirm={props.onConfirm}
    >
      <p>
        {rich('Everything on these drives will be lost and replaced by <code>{{fileName}}</code>.', {
          fileName: image.fileName,
        })}
      </p>
      {drives.map((drive) => (
        <div key={drive.id}>
          <p className="item-title">{driveName(drive)}</p>
          <Losses drive={drive} />
        </div>
      ))}
      <p>{props.extra}</p>
    </Confirm>
  );
}

export function Losses({ drive }: { drive: Drive }): React.JSX.Element {
  const holds = contents(drive);
  return (
    <div className="lost">
      <p className="item-facts">
        <span className="tag">{busName(drive)}</span>
        <code>{drive.path}</code>
        {drive.serial !== '' && <span>{t('Serial {{serial}}', { serial: drive.serial })}</span>}
      </p>
      {holds.length === 0 ? (
        <p>{t('No file system was found on it.')}</p>
      ) : (
        <ul>
          {holds.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
