/** Where the keyboard's focus goes when what had it is about to disappear: never back to the top of the window. */

/** To the question of the screen in front. */
export function focusQuestion(): void {
  document.querySelector<HTMLElement>('main h1')?.focus();
}

/**
 * Before an item of a list is removed: to the same control of the item after it, else of the one before it, else to the
 * section's heading.
 */
export function leaveItem(control: HTMLElement): void {
  const item = control.closest('li');
  const next = controlIn(item?.nextElementSibling) ?? controlIn(item?.previousElementSibling);
  if (next) return next.focus();
  focusHeading(control.closest('section'));
}

/** To the heading of a section, from where Tab goes on into it. */
export function focusHeading(section: HTMLElement | null): void {
  const heading = section?.querySelector<HTMLElement>('h2, h3');
  if (!heading) return focusQuestion();
  heading.tabIndex = -1;
  heading.focus();
}

/** The last button: the one that removes or adds. */
function controlIn(item: Element | null | undefined): HTMLElement | undefined {
  return [...(item?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])].at(-1);
}
