/** Shows a flake to a person: what is secret is named, never shown. */
import type { FlakeFileView } from '../../shared/contract.ts';
import type { FlakeFile } from './flake-file.ts';

/** The files as the window shows them; a note stands in place of secrets and of bytes that are no text. */
export function flakeViews(files: readonly FlakeFile[]): FlakeFileView[] {
  return files.map(({ path, text, bytes, secret }) => {
    if (secret) return { path, text: 'Holds a secret of a WiFi network, and is not shown.\n', secret };
    if (text === undefined) return { path, text: `${bytes.length} bytes that are no text.\n`, secret };
    return { path, text, secret };
  });
}
