/** What an operating system says about a drive, an image or a file becomes a sentence that says what to do. */
import { describe, expect, test } from 'vitest';
import { explain, type Failure } from '../../src/writer/explain.ts';

const failure: Failure = {
  act: 'write',
  position: 4096,
  code: 'EIO',
  message: 'EIO: i/o error, write',
  path: '/dev/sdb',
  end: 'drive',
  isPresent: true,
  holders: [],
  system: 'linux',
};

describe('a failure', () => {
  test.each<[string, Partial<Failure>, string]>([
    ['of a worn-out drive', {}, 'drive-write-failed'],
    ['of a drive that can not be read', { act: 'read' }, 'drive-read-failed'],
    ['of a flush', { act: 'flush', position: null }, 'drive-flush-failed'],
    ['of a drive that is gone, whatever the code', { isPresent: false }, 'drive-unplugged'],
    ['that says that the drive is gone', { code: 'ENODEV' }, 'drive-unplugged'],
    ['of a reader whose card is gone', { code: 'ENOMEDIUM' }, 'drive-unplugged'],
    ['of a drive that somebody holds', { act: 'open', code: 'EBUSY', holders: ['dd (4711)'] }, 'drive-busy'],
    ['of a drive that does not answer', { act: 'open', code: 'ETIMEDOUT' }, 'drive-no-answer'],
    ['of a locked drive', { act: 'open', code: 'EROFS' }, 'drive-read-only'],
    ['of a drive that was locked after it was opened', { code: 'EPERM' }, 'drive-read-only'],
    ['of a drive that is not everybody’s', { act: 'open', code: 'EACCES' }, 'drive-no-permission'],
    [
      'of a Mac that guards its drives',
      { act: 'open', code: 'EPERM', system: 'darwin' },
      'drive-no-permission',
    ],
    ['of Windows that guards its folders', { code: 'EPERM', system: 'win32' }, 'drive-no-permission'],
    ['of a drive that is full too early', { code: 'ENOSPC' }, 'drive-too-small'],
    ['of a disk that is full', { code: 'ENOSPC', end: 'file' }, 'disk-full'],
    ['of a person who may fill no more of it', { code: 'EDQUOT', end: 'file' }, 'disk-full'],
    ['of a disk that keeps no file so large', { code: 'EFBIG', end: 'file' }, 'target-too-small-files'],
    ['of a file that is not there', { act: 'open', code: 'ENOENT', end: 'file' }, 'target-missing'],
    ['of a link', { act: 'open', code: 'ELOOP', end: 'file' }, 'target-is-link'],
    ['of a folder', { act: 'open', code: 'EISDIR', end: 'file' }, 'target-is-directory'],
    ['of the image', { act: 'read', end: 'image', path: '/x.iso' }, 'image-unreadable'],
    ['of the image that root may not see', { act: 'open', code: 'EACCES', end: 'image' }, 'image-unreadable'],
  ])('%s', (_, more, code) => {
    const found = explain({ ...failure, ...more });
    expect(found.code).toBe(code);
    expect(found.title).toMatch(/^\S.*\.$/);
    expect(found.remedy).toMatch(/^\S.*\.$/);
    expect(found.raw).toBe(failure.message);
    if (more.holders) expect(found.detail).toContain('dd (4711)');
  });

  test('of each system’s own guard says where to switch it', () => {
    const remedies = (['linux', 'darwin', 'win32'] as const).map(
      (system) => explain({ ...failure, act: 'open', code: 'EACCES', system }).remedy,
    );
    expect(remedies[1]).toContain('Privacy & Security');
    expect(remedies[2]).toContain('Controlled folder access');
    expect(new Set(remedies).size).toBe(3);
  });
});
