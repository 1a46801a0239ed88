/** Text that scrolls in a place of its own: named, and reachable by keyboard, or nobody could read its end without a mouse. */
import type { ReactNode, Ref, UIEventHandler } from 'react';

export function ScrollingText({
  name,
  className,
  children,
  ref,
  onScroll,
}: {
  name: string;
  className: string;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
  onScroll?: UIEventHandler<HTMLElement>;
}): React.JSX.Element {
  return (
    <section
      className={`scrolling ${className}`}
      ref={ref}
      onScroll={onScroll}
      aria-label={name}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- axe asks for it: scrollable-region-focusable
      tabIndex={0}
    >
      {children}
    </section>
  );
}
