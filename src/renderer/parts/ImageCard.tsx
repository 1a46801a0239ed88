/** The image that came of a build: where it is, and how anybody can prove that it is the same one. */
import type { Image } from '../../shared/contract.ts';
import { formatBytes } from '../units.ts';
import { CopyButton } from './CopyButton.tsx';
import { Facts } from './Facts.tsx';
import { listed, t } from '../words.ts';

export function ImageCard({ image }: { image: Image }): React.JSX.Element {
  return (
    <section className="result" aria-label={t('Image')}>
      <h2>{image.fileName}</h2>
      <Facts
        rows={[
          [t('Size'), formatBytes(image.bytes)],
          [t('Volume label'), <code key="volume">{image.volumeId}</code>],
          [t('Boots with'), listed(image.bootModes.map((mode) => (mode === 'bios' ? 'BIOS' : 'UEFI')))],
          [
            t('Where'),
            <span className="copyable" key="path">
              <code>{image.path}</code>
              <CopyButton bare text={image.path} what={t('the path')} />
            </span>,
          ],
          [
            'SHA-256',
            <span className="copyable" key="sha">
              <code>{image.sha256}</code>
              <CopyButton bare text={image.sha256} what={t('the SHA-256')} />
            </span>,
          ],
        ]}
      />
    </section>
  );
}
