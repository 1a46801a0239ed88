/** The generated flake, changing as the person types: nothing is hidden. */
import { Lock } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import type { FlakeFileView } from '../../shared/contract.ts';
import { changedLines, colourLines, type Piece } from '../code-colours.ts';
import { nix } from '../nix-colours.ts';
import { useStore } from '../store.ts';
import { Coloured } from './Coloured.tsx';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { RecipeProblems } from './RecipeProblems.tsx';
import { SaveFlake } from './SaveFlake.tsx';
import { ScrollingText } from './ScrollingText.tsx';
import { Waiting } from './Waiting.tsx';
import { told } from '../told.tsx';
import { t } from '../words.ts';

export function Drawer(): React.JSX.Element {
  const flake = useStore((known) => known.flake);
  const hasProblems = useStore((known) => known.problems.length > 0);
  return (
    <aside className="drawer" aria-label={t('Flake')}>
      {flake.state === 'loading' && <Waiting for={t('Writing the flake…')} />}
      {flake.state === 'failed' && (
        <div className="drawer-problem">
          <p className="muted">{t('The flake appears here as soon as the recipe is complete.')}</p>
          {/* What is wrong with the recipe has a way to the screen where it is mended; anything else has not. */}
          {hasProblems ? <RecipeProblems /> : <ProblemCard problem={flake.problem} calm />}
        </div>
      )}
      {flake.state === 'here' && (
        <>
          <Files files={flake.value} />
          <SaveFlake />
        </>
      )}
    </aside>
  );
}

function Files({ files }: { files: FlakeFileView[] }): React.JSX.Element {
  const trouble = useStore((known) => known.flakeTrouble);
  const before = useStore((known) => known.flakeBefore);
  const [picked, setPicked] = useState('configuration.nix');
  const file = files.find((one) => one.path === picked) ?? files[0];
  if (file === undefined) return <p className="waiting">{t('The flake has no files yet.')}</p>;
  return (
    <>
      <fieldset className="drawer-files" aria-label={t('Files of the flake')}>
        {files.map((one) => (
          <button
            type="button"
            key={one.path}
            className="drawer-file"
            aria-pressed={one === file}
            onClick={() => setPicked(one.path)}
          >
            {one.secret && <Lock aria-label={t('Holds a secret, not shown')} />}
            {one.path}
            {isChanged(one, before) && (
              <>
                <span className="drawer-changed" aria-hidden />
                <span className="sr-only">{t(', just changed')}</span>
              </>
            )}
          </button>
        ))}
      </fieldset>
      <div className="drawer-head">
        <code>{file.path}</code>
        <CopyButton text={file.text} what={file.path} />
      </div>
      {trouble !== null && (
        <p className="drawer-stale">
          {told(trouble.title)} <strong>{t('This is the flake from before.')}</strong>
        </p>
      )}
      <Text file={file} key={file.path} />
    </>
  );
}

/** What the person has just done is what they want to see. Moves the text alone, never the page that is typed in. */
function reveal(line: HTMLElement | null): void {
  const view = line?.offsetParent;
  if (!line || !view) return;
  const above = line.offsetTop - view.scrollTop;
  if (above < 0 || above + line.offsetHeight > view.clientHeight) {
    view.scrollTop = line.offsetTop - view.clientHeight / 2;
  }
}

function isChanged(file: FlakeFileView, before: FlakeFileView[]): boolean {
  return before.length > 0 && before.find((one) => one.path === file.path)?.text !== file.text;
}

function Text({ file }: { file: FlakeFileView }): React.JSX.Element {
  const before = useStore((known) => known.flakeBefore.find((one) => one.path === file.path)?.text);
  const lines = useMemo(() => colourLines(file.text, nix), [file.text]);
  const changed = useMemo(() => changedLines(before, file.text), [before, file.text]);
  const first = Math.min(...changed);
  return (
    <ScrollingText className="code" name={file.path}>
      {lines.map((pieces, index) => (
        <Line key={index} pieces={pieces} changed={changed.has(index)} shown={index === first} />
      ))}
    </ScrollingText>
  );
}

/** Compared by what it says: of hundreds of lines a change is about one or two, and the others are not drawn anew. */
const Line = memo(
  function Line({ pieces, changed, shown }: { pieces: Piece[]; changed: boolean; shown: boolean }) {
    return (
      <span className={changed ? 'line changed' : 'line'} ref={shown ? reveal : undefined}>
        <Coloured pieces={pieces} />
        {'\n'}
      </span>
    );
  },
  (before, now) =>
    before.changed === now.changed && before.shown === now.shown && samePieces(before.pieces, now.pieces),
);

function samePieces(some: Piece[], others: Piece[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ kind, text }, at) => kind === others[at]?.kind && text === others[at].text)
  );
}
