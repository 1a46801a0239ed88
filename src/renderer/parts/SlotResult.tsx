/** What a stick has been given besides the image: its name, its host key and what else, without any secret. */
import type { StickSlot } from '../../shared/contract.ts';
import { entryWords, imageAloneWords } from '../slot-words.ts';
import { CopyButton } from './CopyButton.tsx';
import { Facts } from './Facts.tsx';
import { t } from '../words.ts';

export function SlotResult({ slot }: { slot: StickSlot }): React.JSX.Element {
  return (
    <section className="result" aria-labelledby="slot">
      <h2 id="slot">{t('On this stick alone')}</h2>
      <Facts
        rows={[
          [t('Name'), slot.name],
          [
            t('Host key'),
            <span className="copyable" key="key">
              <code>{slot.hostKey}</code>
              <CopyButton bare text={slot.hostKey} what={t('the fingerprint of the host key')} />
            </span>,
          ],
          [t('Holds'), entryWords(slot.entries)],
        ]}
      />
      <p className="muted">{t('This computer knows the host key now, and recognises the machine by it.')}</p>
    </section>
  );
}

/** A stick got nothing of its own: whoever expects it to join the WiFi has to know before it is carried away. */
export function NoSlotResult(): React.JSX.Element {
  return (
    <section className="result" aria-labelledby="slot">
      <h2 id="slot">{t('Nothing of its own on this stick')}</h2>
      <p>{t(imageAloneWords)}</p>
    </section>
  );
}
