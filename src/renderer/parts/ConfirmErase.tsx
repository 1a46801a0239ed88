/** The last question before a drive is erased: which drive, and what will be lost. */
import { HardDriveDownload, TriangleAlert } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import type { Drive, Image } from '../../shared/contract.ts';
import { busName, contents, driveName, eraseWords, isPractice } from '../drive-words.ts';

export function ConfirmErase(props: {
  drive: Drive;
  image: Image;
  /** What the stick gets besides the image. */
  extra: string;
  onClose(): void;
  onConfirm(): void;
}): React.JSX.Element {
  const { drive, image } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed, not only removed: closing gives the focus back to the button that asked.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      aria-describedby="confirm-words"
      onClose={() => {
        // The news of a closing that was taken back comes late.
        if (!dialog.current?.open) props.onClose();
      }}
    >
      <h2 id="confirm-title">
        {isPractice(drive) ? (
          <>
            <HardDriveDownload aria-hidden /> Write the practice stick?
          </>
        ) : (
          <>
            <TriangleAlert aria-hidden className="danger" /> Erase {driveName(drive)}?
          </>
        )}
      </h2>
      <div id="confirm-words">
        {isPractice(drive) ? (
          <p>
            <code>{image.fileName}</code> is written to the file <code>{drive.path}</code>. No drive is
            touched.
          </p>
        ) : (
          <Losses drive={drive} image={image} />
        )}
        <p>{props.extra}</p>
      </div>
      <div className="buttons end">
        {/* First in order, so that Enter on a dialog that has just opened erases nothing. */}
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          className={isPractice(drive) ? 'button primary' : 'button danger'}
          onClick={props.onConfirm}
        >
          {eraseWords(drive)}
        </button>
      </div>
    </dialog>
  );
}

function Losses({ drive, image }: { drive: Drive; image: Image }): React.JSX.Element {
  const holds = contents(drive);
  return (
    <>
      <p>
        Everything on this drive will be lost and replaced by <code>{image.fileName}</code>.
      </p>
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
    </>
  );
}
