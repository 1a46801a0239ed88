/** How long something has been going on, counted up each second. */
import { useEffect, useState } from 'react';
import { formatDuration } from '../units.ts';

export function Elapsed({ since }: { since: number }): React.JSX.Element {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span className="elapsed">{formatDuration(now - since)}</span>;
}
