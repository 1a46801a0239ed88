/** One line of code in its colours. */
import type { Piece } from '../code-colours.ts';

export function Coloured({ pieces }: { pieces: Piece[] }): React.JSX.Element {
  return (
    <>
      {pieces.map((piece, at) =>
        piece.kind === 'plain' ? (
          piece.text
        ) : (
          <span className={`code-${piece.kind}`} key={at}>
            {piece.text}
          </span>
        ),
      )}
    </>
  );
}
