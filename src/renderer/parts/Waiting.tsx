/** Says what is being waited for. */
import { LoaderCircle } from 'lucide-react';

export function Waiting({ for: words }: { for: string }): React.JSX.Element {
  return (
    <output className="waiting">
      <LoaderCircle className="spin" aria-hidden /> {words}
    </output>
  );
}
