/** The speed of writing and reading back over time, as a small filled line. */
import { formatRate } from '../units.ts';
import type { StickTrace } from '../stick-run.ts';
import { t } from '../words.ts';

const width = 600;
const height = 72;

export function SpeedGraph({ trace }: { trace: StickTrace }): React.JSX.Element | null {
  const speeds = trace.speeds.filter((one) => one.phase === trace.phase).map((one) => one.bytesPerSecond);
  if (speeds.length < 2) return null;
  const fastest = Math.max(...speeds, 1);
  const points = speeds.map((speed, index) => {
    const x = (index / (speeds.length - 1)) * width;
    const y = height - 2 - (speed / fastest) * (height - 8);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <figure className="speed" aria-label={t('Speed so far, at most {{rate}}', { rate: formatRate(fastest) })}>
      <svg aria-hidden viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
        <polygon className="speed-fill" points={`0,${height} ${points.join(' ')} ${width},${height}`} />
        <polyline className="speed-line" points={points.join(' ')} />
      </svg>
    </figure>
  );
}
