/** Seals secrets with the keyring of the system, and says so where there is none that deserves the name. */
import { safeStorage } from 'electron';
import { problem, type Problem } from '../../shared/problem.ts';
import type { SecretBox } from '../services/part.ts';

/** Asked only when something is to be sealed or opened: macOS may ask the person for the keychain's password then. */
export const keyring: SecretBox = {
  async trouble() {
    // With this backend the key is a word that stands in Chromium's source: that keeps a secret from nobody.
    const isOpen = process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
    if (isOpen || !(await safeStorage.isAsyncEncryptionAvailable())) return noKeyring;
    return null;
  },
  seal: (text) => safeStorage.encryptStringAsync(text),
  open: async (sealed) => (await safeStorage.decryptStringAsync(Buffer.from(sealed))).result,
};

const noKeyring: Problem = problem('no-keyring', 'This computer has no keyring that Nixburn could use.', {
  detail: 'A passphrase would lie readable on the disk, and so none is remembered.',
  remedy: 'On Linux, install and unlock GNOME Keyring or KWallet, then start Nixburn again.',
});
