/** The images that are kept from earlier builds: which they are, where they lie, and how to be rid of them. */
import { Disc3 } from 'lucide-react';
import { useState } from 'react';
import { keepAtMost, removeImage } from '../acts/builders.ts';
import { pickImage } from '../acts/drives.ts';
import { goTo } from '../acts/station.ts';
import type { Image } from '../../shared/contract.ts';
import type { Problem } from '../../shared/problem.ts';
import { formatBytes } from '../units.ts';
import { useStore } from '../store.ts';
import { t } from '../words.ts';
import { CopyButton } from './CopyButton.tsx';
import { Field } from './Field.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { RemoveButton } from './RemoveButton.tsx';

/** @param props.except the image that the screen shows by itself. */
export function KeptImages(props: { except?: string }): React.JSX.Element | null {
  const images = useStore((known) => known.images).filter(({ id }) => id !== props.except);
  const building = useStore((known) => known.building);
  const [removed, setRemoved] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const bytes = images.reduce((sum, one) => sum + one.bytes, 0);

  async function remove(image: Image): Promise<void> {
    setProblem(null);
    const outcome = await removeImage(image.id);
    if (outcome.ok) setRemoved(t('{{name}} is removed.', { name: image.fileName }));
    else setProblem(outcome.problem);
  }

  return (
    <section aria-labelledby="made-before">
      <h2 id="made-before">{t('Made before')}</h2>
      <output className="sr-only">{removed}</output>
      {images.length === 0 ? (
        <p className="muted">
          {props.except === undefined ? t('No image is kept yet.') : t('No other image is kept.')}
        </p>
      ) : (
        <>
          <p className="muted">
            {t('{{count}} images, {{size}} together.', { count: images.length, size: formatBytes(bytes) })}
          </p>
          <ul className="list" aria-label={t('Images made before')}>
            {images.map((image) => (
              <Kept image={image} onRemove={() => void remove(image)} key={image.id} />
            ))}
          </ul>
        </>
      )}
      {problem !== null && <ProblemCard problem={problem} />}
      {building.state === 'here' && (
        <KeepAtMost kept={building.value.keepGigabytes} key={building.value.keepGigabytes} />
      )}
    </section>
  );
}

function Kept({ image, onRemove }: { image: Image; onRemove(): void }): React.JSX.Element {
  const [sure, setSure] = useState(false);
  const { fileName } = image;
  return (
    <li className="item">
      <Disc3 aria-hidden className="item-icon" />
      <div className="item-words">
        <p className="item-title">{fileName}</p>
        <p className="item-facts">
          <span>{formatBytes(image.bytes)}</span>
          <span>{image.volumeId}</span>
          {image.name !== null && <span>{t('for {{name}}', { name: image.name })}</span>}
        </p>
        <p className="copyable fingerprint">
          <code>{image.path}</code>
          <CopyButton bare text={image.path} what={t('the path of {{name}}', { name: fileName })} />
        </p>
        {sure && (
          <p>
            {image.opened
              ? t('Take it off the list? The file is yours and stays where it is.')
              : t(
                  'Remove it from this computer? It can be built again; sticks that hold it stay as they are.',
                )}
          </p>
        )}
      </div>
      <div className="buttons">
        {!sure && (
          <button
            type="button"
            className="button small"
            aria-label={t('Write {{name}} to a stick…', { name: fileName })}
            onClick={() => {
              pickImage(image.id);
              goTo('drive');
            }}
          >
            {t('Write to a stick…')}
          </button>
        )}
        <RemoveButton what={fileName} sure={sure} onAsk={setSure} onRemove={onRemove} />
      </div>
    </li>
  );
}

/** How much room kept images may take. */
export function KeepAtMost({ kept }: { kept: number }): React.JSX.Element {
  const [text, setText] = useState(String(kept));
  const [problem, setProblem] = useState<Problem | null>(null);
  const wanted = Number(text);
  const isGood = Number.isInteger(wanted) && wanted >= 1 && wanted <= 10_000;
  async function save(): Promise<void> {
    const outcome = await keepAtMost(wanted);
    setProblem(outcome.ok ? null : outcome.problem);
  }
  return (
    <form
      className="limit"
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood && wanted !== kept) void save();
      }}
    >
      <Field
        label={t('Room for them, in GB')}
        hint={t('After a build the oldest go first; the newest always stays.')}
        problems={problem === null ? [] : [problem]}
      >
        {(tied) => (
          <div className="with-button">
            <input
              {...tied}
              inputMode="numeric"
              autoComplete="off"
              maxLength={5}
              aria-invalid={!isGood}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button type="submit" className="button" disabled={!isGood || wanted === kept}>
              {t('Save')}
            </button>
          </div>
        )}
      </Field>
    </form>
  );
}
