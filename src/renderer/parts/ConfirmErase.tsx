/** The last question before drives are erased: which, and what will be lost. */
import { HardDriveDownload, TriangleAlert } from 'lucide-react';
import type { Drive, Image } from '../../shared/contract.ts';
import { busName, contents, driveName, eraseWords, isPractice } from '../drive-words.ts';
import { Confirm } from './Confirm.tsx';

interface Asked {
  image: Image;
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
            <HardDriveDownload aria-hidden /> Write the practice stick?
          </>
        ) : (
          <>
            <TriangleAlert aria-hidden className="danger" /> Erase {driveName(drive)}?
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
          <code>{image.fileName}</code> is written to the file <code>{drive.path}</code>. No drive is touched.
        </p>
      ) : (
        <>
          <p>
            Everything on this drive will be lost and replaced by <code>{image.fileName}</code>.
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
          <TriangleAlert aria-hidden className="danger" /> Erase {drives.length} drives?
        </>
      }
      words={`Erase ${drives.length} drives and write`}
      danger
      onClose={props.onClose}
      onConfirm={props.onConfirm}
    >
      <p>
        Everything on these drives will be lost and replaced by <code>{image.fileName}</code>.
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
        {drive.serial !== '' && <span>Serial {drive.serial}</span>}
      </p>
      {holds.length === 0 ? (
        <p>No file system was found on it.</p>
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
