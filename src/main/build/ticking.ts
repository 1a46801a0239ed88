/** Lets a stream of events also say when nothing has happened for a while. */

/**
 * Passes events on, and yields `tick` whenever none has come for `millis`.
 *
 * @param giveUp is called where nobody asks for more while an event is still awaited: it must make that end soon.
 */
export async function* ticking<Event, Result>(
  events: AsyncGenerator<Event, Result, void>,
  millis: number,
  giveUp: () => void,
): AsyncGenerator<Event | 'tick', Result, void> {
  let pending: Promise<IteratorResult<Event, Result>> | null = null;
  let ended = false;
  try {
    for (;;) {
      pending ??= events.next();
      const next = await withinMillis(pending, millis);
      if (next === 'tick') {
        yield 'tick';
        continue;
      }
      pending = null;
      if (next.done) {
        ended = true;
        return next.value;
      }
      yield next.value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    if (!ended) {
      if (pending) giveUp();
      await events.return(undefined as never);
    }
  }
}

async function withinMillis<T>(promise: Promise<T>, millis: number): Promise<T | 'tick'> {
  let timer: NodeJS.Timeout | undefined;
  const quiet = new Promise<'tick'>((resolve) => {
    timer = setTimeout(resolve, millis, 'tick');
  });
  try {
    return await Promise.race([promise, quiet]);
  } finally {
    clearTimeout(timer);
  }
}
