/** Lets acts that change the same file go one after the other: each begins with what the one before has left. */

/** Gives what carries acts out in turn, in the order in which they came. One that rejects holds nobody up. */
export function turns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const acted = last.then(act);
    last = acted.catch(() => undefined);
    return acted;
  };
}
