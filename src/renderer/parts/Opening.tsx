/** What is seen before the program has answered for the first time, or when it does not. */
import icon from '../../../assets/icon.svg';
import { begin } from '../acts/begin.ts';
import { connectionLost } from '../backend.ts';
import { useStore } from '../store.ts';
import { ProblemCard } from './ProblemCard.tsx';
import { Waiting } from './Waiting.tsx';
import { t } from '../words.ts';

export function Opening(): React.JSX.Element {
  const trouble = useStore((known) => known.trouble);
  const connection = useStore((known) => known.connection);
  const problem = trouble ?? (connection === 'lost' ? connectionLost : null);
  return (
    <main className="opening">
      <img src={icon} alt="" width="64" height="64" />
      <h1>Nixburn</h1>
      {problem === null ? (
        <Waiting for={t('Opening…')} />
      ) : (
        <ProblemCard problem={problem}>
          <button type="button" className="button" onClick={() => void begin()}>
            {t('Try again')}
          </button>
        </ProblemCard>
      )}
    </main>
  );
}
