/** What is seen before the program has answered for the first time, or when it does not. */
import { LoaderCircle } from 'lucide-react';
import { begin } from '../acts.ts';
import { connectionLost } from '../backend.ts';
import { useStore } from '../store.ts';
import { ProblemCard } from './ProblemCard.tsx';

export function Opening(): React.JSX.Element {
  const trouble = useStore((known) => known.trouble);
  const connection = useStore((known) => known.connection);
  const problem = trouble ?? (connection === 'lost' ? connectionLost : null);
  return (
    <main className="opening">
      <h1>Nixburn</h1>
      {problem === null ? (
        <output className="waiting">
          <LoaderCircle className="spin" aria-hidden /> Opening…
        </output>
      ) : (
        <ProblemCard problem={problem}>
          <button type="button" className="button" onClick={() => void begin()}>
            Try again
          </button>
        </ProblemCard>
      )}
    </main>
  );
}
