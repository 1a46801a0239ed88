/** A small circle that fills up; it turns where nobody can know how far it is. */
const radius = 6;
const around = 2 * Math.PI * radius;

export function Ring({ fraction }: { fraction: number | null }): React.JSX.Element {
  const part = fraction ?? 0.25;
  return (
    <svg className={fraction === null ? 'ring spin' : 'ring'} viewBox="0 0 16 16" aria-hidden>
      <circle className="ring-track" cx="8" cy="8" r={radius} />
      <circle
        className="ring-part"
        cx="8"
        cy="8"
        r={radius}
        strokeDasharray={`${part * around} ${around}`}
        transform="rotate(-90 8 8)"
      />
    </svg>
  );
}
