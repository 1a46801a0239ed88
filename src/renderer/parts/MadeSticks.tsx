/** The sticks that were made before, from their receipts; one that is plugged in can be verified again. */
import { ShieldCheck } from 'lucide-react';
import { useEffect } from 'react';
import { loadReceipts, startStick } from '../acts/stick.ts';
import type { Drive, Image, Receipt } from '../../shared/contract.ts';
import { formatBytes, formatRate } from '../../shared/units.ts';
import { driveName } from '../drive-words.ts';
import { useStore } from '../store.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';

export function MadeSticks({ drives }: { drives: Drive[] }): React.JSX.Element {
  const receipts = useStore((known) => known.receipts);
  const images = useStore((known) => known.images);
  useEffect(() => void loadReceipts(), []);
  return (
    <section aria-labelledby="before">
      <h2 id="before">Sticks made before</h2>
      {receipts.state === 'loading' && <Waiting for="Reading the receipts…" />}
      {receipts.state === 'failed' && (
        <ProblemCard problem={receipts.problem} calm>
          <button type="button" className="button" onClick={() => void loadReceipts()}>
            Try again
          </button>
        </ProblemCard>
      )}
      {receipts.state === 'here' && receipts.value.length === 0 && (
        <p className="muted">None yet. Each stick that is written leaves a receipt here.</p>
      )}
      {receipts.state === 'here' && receipts.value.length > 0 && (
        <ul className="list" aria-label="Receipts">
          {receipts.value.map((receipt) => (
            <Made
              receipt={receipt}
              drive={drives.find((drive) => isSame(drive, receipt)) ?? null}
              image={images.find(({ sha256 }) => sha256 === receipt.image.sha256) ?? null}
              key={`${receipt.finishedAt} ${receipt.drive.path}`}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Whether this is the drive of the receipt: by what it says of itself, since its path may be another's by now. */
function isSame(drive: Drive, { drive: then }: Receipt): boolean {
  const isNamed =
    then.bus === 'file' ? drive.path === then.path : then.serial !== '' && drive.serial === then.serial;
  return isNamed && drive.bus === then.bus && drive.model === then.model;
}

function Made(props: { receipt: Receipt; drive: Drive | null; image: Image | null }): React.JSX.Element {
  const { receipt, drive, image } = props;
  const { slot, writeRate, verifyRate } = receipt;
  const name = driveName({ ...receipt.drive, kind: receipt.drive.bus === 'file' ? 'file' : 'usb' });
  const hostName = slot?.name ?? receipt.image.name;
  return (
    <li className="item">
      <div className="item-words">
        <p className="item-title">
          {name} {hostName !== null && <span className="tag">{hostName}</span>}
        </p>
        <p className="item-facts">
          <time dateTime={receipt.finishedAt}>{new Date(receipt.finishedAt).toLocaleString()}</time>
          <code>{receipt.image.fileName}</code>
          <span>{formatBytes(receipt.image.bytes)}</span>
          {receipt.drive.serial !== '' && <span>Serial {receipt.drive.serial}</span>}
        </p>
        <p className="muted">
          {[
            ...(receipt.action === 'write' ? ['Written and verified'] : ['Verified']),
            ...(writeRate === null ? [] : [`written at ${formatRate(writeRate)}`]),
            ...(verifyRate === null ? [] : [`read back at ${formatRate(verifyRate)}`]),
          ].join(', ')}
          .
        </p>
        {slot !== undefined && (
          <p className="muted copyable">
            <span>
              Host key <code>{slot.hostKey}</code>
            </span>
            <CopyButton bare text={slot.hostKey} what={`the fingerprint of the host key of ${slot.name}`} />
          </p>
        )}
        {(image === null || drive === null) && (
          <p className="muted">
            {image === null
              ? 'Its image is not kept any more, so there is nothing to compare it with.'
              : receipt.drive.serial === '' && receipt.drive.bus !== 'file'
                ? 'It has no serial number to tell it by: choose it above, then Verify this stick.'
                : 'Plug it in to verify it again.'}
          </p>
        )}
      </div>
      {image !== null && drive !== null && (
        <button
          type="button"
          className="button small"
          aria-label={`Verify ${name} again`}
          onClick={() => void startStick('verify', image, drive)}
        >
          <ShieldCheck aria-hidden /> Verify again
        </button>
      )}
    </li>
  );
}
