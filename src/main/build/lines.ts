/** Cuts a stream of text into lines without ever holding more than one line of bounded length. */

/** Longer lines are handed on in pieces: a program that never ends its line must not fill the memory. */
const longest = 256 * 1024;

/** Yields each line without its end (LF or CR LF); the last one also where the stream ends without one. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const pieces = rest.split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) yield piece.endsWith('\r') ? piece.slice(0, -1) : piece;
    while (rest.length > longest) {
      yield rest.slice(0, longest);
      rest = rest.slice(longest);
    }
  }
  rest += decoder.decode();
  if (rest) yield rest;
}
