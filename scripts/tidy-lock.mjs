/** Keeps package-lock.json free of every address outside the npm registry. Run it after every `npm install`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const { overrides } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
for (const entry of Object.values(lock.packages)) {
  // Links to donation pages: npm writes them, nothing reads them.
  delete entry.funding;
  // etcher-sdk asks for a tarball on GitHub; what is installed is the override, so the lock says that.
  for (const name of Object.keys(entry.dependencies ?? {}))
    if (overrides[name]) entry.dependencies[name] = overrides[name];
}
writeFileSync(at('package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
