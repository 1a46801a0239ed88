/** Shows a command as one line that can be pasted into a POSIX shell. */

/** Quoted only where a shell would not take a word as it stands: people read this line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
