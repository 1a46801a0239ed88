/** Says in a sentence that this Node is too old, before anything that it does not know ends in a stack trace. Written for old ones. */
import { readFileSync } from 'node:fs';

/**
 * What is to be said to whoever started this.
 * @returns {string | undefined} nothing where this Node is one of those that `engines` in package.json asks for
 */
export function nodeTrouble() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const wanted = engines.node.split(' || ');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = wanted.some((/** @type {string} */ range) => {
    const [ofMajor = 0, ofMinor = 0] = range.replace(/^\D+/, '').split('.').map(Number);
    return range.startsWith('^') ? major === ofMajor && minor >= ofMinor : major >= ofMajor;
  });
  if (fits) return undefined;
  const versions = wanted.map((/** @type {string} */ range) => range.replace(/^\D+/, '')).join(', ');
  return `Nixburn needs Node ${versions} or newer, and this is Node ${process.versions.node}.`;
}
