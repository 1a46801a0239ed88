/** One honest bar: full only when something is complete, moving without a claim where nobody can know. */
export function Bar(props: { name: string; fraction: number | null; verified?: boolean }): React.JSX.Element {
  const look = props.verified ? 'bar verified' : 'bar';
  return props.fraction === null ? (
    <progress className={look} aria-label={props.name} />
  ) : (
    <progress className={look} aria-label={props.name} max={1} value={props.fraction} />
  );
}
