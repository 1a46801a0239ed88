/** The guide, from the very file that is in the documents: it is there without a network, and of this version. */
import guide from '../../../docs/guide.md?raw';
import { readGuide, type Block, type Inline } from '../guide-text.ts';
import { t } from '../words.ts';
import { Sheet } from './Sheet.tsx';

const blocks = readGuide(guide);

export default function Guide(): React.JSX.Element {
  return (
    <Sheet title={t('Guide')}>
      {/* It is written in English; a reader should pronounce it so. */}
      <div className="guide" lang="en">
        {blocks.map((block, index) => (
          <One block={block} key={index} />
        ))}
      </div>
    </Sheet>
  );
}

function One({ block }: { block: Block }): React.JSX.Element {
  switch (block.kind) {
    case 'heading':
      return <h3>{inline(block.text)}</h3>;
    case 'paragraph':
      return <p>{inline(block.text)}</p>;
    case 'code':
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const List = block.isNumbered ? 'ol' : 'ul';
      return (
        <List>
          {block.items.map((item, index) => (
            <li key={index}>{inline(item)}</li>
          ))}
        </List>
      );
    }
    case 'table':
      return (
        // Not a table: three columns of sentences fit in no narrow window.
        <dl>
          {block.rows.map(([name = [], ...rest], index) => (
            <div key={index}>
              <dt>{inline(name)}</dt>
              {rest.map((cell, at) => (
                <dd key={at}>{inline(cell)}</dd>
              ))}
            </div>
          ))}
        </dl>
      );
  }
}

function inline(pieces: Inline[]): React.JSX.Element[] {
  return pieces.map(({ kind, text }, index) =>
    kind === 'code' ? (
      <code key={index}>{text}</code>
    ) : kind === 'strong' ? (
      <strong key={index}>{text}</strong>
    ) : (
      <span key={index}>{text}</span>
    ),
  );
}
