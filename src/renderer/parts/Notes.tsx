/** What a long job had to say on its way, in the order in which it said it. */
import { told } from '../told.tsx';

export function Notes({ notes }: { notes: string[] }): React.JSX.Element | null {
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map((note, index) => (
        <li key={index}>{told(note)}</li>
      ))}
    </ul>
  );
}
