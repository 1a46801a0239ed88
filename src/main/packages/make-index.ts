/** Turns a downloaded list of packages into an index file: read as a stream, so that memory does not grow with the list. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createBrotliDecompress } from 'node:zlib';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { replaceFile } from '../replace-file.ts';
import { ListReader, type ListKind } from './channel-list.ts';
import { startIndex } from './index-builder.ts';
import { indexPieces, type IndexSource } from './index-file.ts';

export interface IndexOrder {
  /** A list as JSON, plain or brotli. */
  from: string;
  kind: ListKind;
  source: IndexSource;
  /** The index file: replaced in one step, or left as it was. */
  to: string;
}

/** Bytes. Four times what nixpkgs had in 2026; a small file that unpacks to more is made to do harm. */
const largestList = 2 ** 30;

/**
 * Makes the index. Memory: the index itself (some 30 MB), its words, and one piece of the list.
 *
 * @returns how many packages there are, or `index-unreadable` where the list is damaged. Rejects where the disk fails.
 */
export async function makeIndex({ from, kind, source, to }: IndexOrder): Promise<Outcome<{ count: number }>> {
  const reader = new ListReader(kind);
  const builder = startIndex();
  let bytes = 0;
  try {
    for await (const chunk of await plainBytes(from)) {
      bytes += chunk.length;
      if (bytes > largestList) throw new SyntaxError('the list is too long');
      for (const entry of reader.read(chunk)) builder.add(entry);
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    // A damaged file shows in JSON's errors or in brotli's; anything else is the disk's.
    if (!(error instanceof SyntaxError) && !/^(?:ERR_|Z_|_*BROTLI)/i.test(code)) throw error;
    return failed(unreadable(`${code} ${message}`.trim()));
  }
  if (!reader.isComplete) return failed(unreadable('the list ends too early'));
  const index = builder.finish(source);
  if (index.count === 0) return failed(unreadable('the list is empty'));
  await replaceFile(to, indexPieces(index), 0o600);
  return done({ count: index.count });
}

/** Brotli has no mark of its own to begin with; JSON begins with a brace, and no brotli file of this size does. */
async function plainBytes(file: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  await handle.close();
  const stream = createReadStream(file);
  if (/^\s*\{\s*["}]/.test(buffer.toString('latin1', 0, bytesRead))) return stream;
  const plain = createBrotliDecompress();
  stream.on('error', (error) => plain.destroy(error));
  return stream.pipe(plain);
}

function unreadable(raw: string) {
  return problem('index-unreadable', 'The list of packages is damaged.', {
    detail: 'It could not be read to its end.',
    remedy: 'Load it again.',
    raw,
  });
}
