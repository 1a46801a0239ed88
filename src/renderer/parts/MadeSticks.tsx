/** The sticks that were made before, from their receipts; one that is plugged in can be verified again. */
import { ShieldCheck } from 'lucide-react';
import { useEffect } from 'react';
import { loadReceipts, startStick } from '../acts/stick.ts';
import type { Drive, Image, Receipt, StickSlot } from '../../shared/contract.ts';
import { formatBytes, formatRate, formatTime } from '../units.ts';
import { driveName } from '../drive-words.ts';
import { useStore } from '../store.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';
import { rich } from '../rich.tsx';

export function MadeSticks({ drives }: { drives: Drive[] }): React.JSX.Element {
  const receipts = useStore((known) => known.receipts);
  const images = useStore((known) => known.images);
  useEffect(() => void loadReceipts(), []);
  return (
    <section aria-labelledby="before">
      <h2 id="before">{t('Sticks made before')}</h2>
      {receipts.state === 'loading' && <Waiting for={t('Reading the receipts…')} />}
      {receipts.state === 'failed' && (
        <ProblemCard problem={receipts.problem} calm>
          <button type="button" className="button" onClick={() => void loadReceipts()}>
            {t('Try again')}
          </button>
        </ProblemCard>
      )}
      {receipts.state === 'here' && receipts.value.length === 0 && (
        <p className="muted">{t('None yet. Each stick that is written leaves a receipt here.')}</p>
      )}
      {receipts.state === 'here' && receipts.value.length > 0 && (
        <ul className="list" aria-label={t('Receipts')}>
          {receipts.value.map((receipt) => (
            <Made
              receipt={receipt}
              drive={drives.find((drive) => isSame(drive, receipt)) ?? null}
              slot={slotOn(receipt, receipts.value)}
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
function isSame(drive: Pick<Drive, 'bus' | 'model' | 'path' | 'serial'>, { drive: then }: Receipt): boolean {
  const isNamed =
    then.bus === 'file' ? drive.path === then.path : then.serial !== '' && drive.serial === then.serial;
  return isNamed && drive.bus === then.bus && drive.model === then.model;
}

/** What is in the slot of a stick with the image of this receipt: verifying does not say it, the last writing does. */
function slotOn(receipt: Receipt, all: Receipt[]): StickSlot | null {
  const written = all.find((one) => one.action === 'write' && isSame(one.drive, receipt));
  return written?.image.sha256 === receipt.image.sha256 ? (written.slot ?? null) : null;
}

function Made(props: {
  receipt: Receipt;
  drive: Drive | null;
  image: Image | null;
  slot: StickSlot | null;
}): React.JSX.Element {
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
          <time dateTime={receipt.finishedAt}>{formatTime(receipt.finishedAt)}</time>
          <code>{receipt.image.fileName}</code>
          <span>{formatBytes(receipt.image.bytes)}</span>
          {receipt.drive.serial !== '' && (
            <span>{t('Serial {{serial}}', { serial: receipt.drive.serial })}</span>
          )}
        </p>
        <p className="muted">
          {[
            receipt.action === 'write' ? t('Written and verified') : t('Verified'),
            ...(writeRate === null ? [] : [t('written at {{rate}}', { rate: formatRate(writeRate) })]),
            ...(verifyRate === null ? [] : [t('read back at {{rate}}', { rate: formatRate(verifyRate) })]),
          ].join(t(', '))}
        </p>
        {slot === undefined && receipt.action === 'write' && (
          <p className="muted">{t('It holds the image alone, nothing of its own.')}</p>
        )}
        {slot !== undefined && (
          <p className="muted copyable">
            <span>{rich('Host key <code>{{hostKey}}</code>', { hostKey: slot.hostKey })}</span>
            <CopyButton
              bare
              text={slot.hostKey}
              what={t('the fingerprint of the host key of {{name}}', { name: slot.name })}
            />
          </p>
        )}
        {(image === null || drive === null) && (
          <p className="muted">
            {image === null
              ? t('Its image is not kept any more, so there is nothing to compare it with.')
              : receipt.drive.serial === '' && receipt.drive.bus !== 'file'
                ? t('It has no serial number to tell it by: choose it above, then Verify this stick.')
                : t('Plug it in to verify it again.')}
          </p>
        )}
      </div>
      {image !== null && drive !== null && (
        <button
          type="button"
          className="button small"
          aria-label={t('Verify {{name}} again', { name })}
          onClick={() => void startStick('verify', image, drive, props.slot)}
        >
          <ShieldCheck aria-hidden /> {t('Verify again')}
        </button>
      )}
    </li>
  );
}
