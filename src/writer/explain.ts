/** Turns what the operating system says about a drive or an image into sentences. */
import { problem, type Problem } from '../shared/problem.ts';

/** What failed, as `TransferError` tells it, and what was found out about it since. */
export interface Failure {
  act: 'open' | 'read' | 'write' | 'flush';
  /** Byte offset; null where the act has none. */
  position: number | null;
  /** `EIO`, `ENOSPC` …; empty where there was none. */
  code: string;
  message: string;
  path: string;
  /** Which of the two ends it happened on. */
  end: 'image' | 'drive' | 'file';
  /** The drive that was checked is still there: asked after the failure, because the code does not tell. */
  isPresent: boolean;
  /** Programs that hold it, e.g. `dd (4711)`. */
  holders: string[];
  /** Which system it happened on: each has guards of its own. */
  system: NodeJS.Platform;
}

/** What Linux says about a device whose node is there and whose hardware, or medium, is not. */
const goneCodes = ['ENODEV', 'ENXIO', 'ENOMEDIUM'];

/** The sentence for a failed open, read, write or flush. */
export function explain(failure: Failure): Problem {
  const more = { raw: failure.message };
  const { path } = failure;
  if (failure.end === 'image') {
    return problem('image-unreadable', `The image could not be read.`, {
      ...more,
      detail:
        failure.position === null
          ? `${path} could not be opened.`
          : `${path} could not be read at byte ${failure.position}.`,
      remedy:
        failure.code === 'EACCES'
          ? 'Move the image to a folder that the whole system can read, e.g. not inside a private mount.'
          : 'Check that the disk with the image is still there and has no errors, then try again.',
    });
  }
  if (!failure.isPresent || goneCodes.includes(failure.code)) return unplugged(path, failure.message);
  switch (failure.code) {
    case 'EBUSY':
      return busy(path, failure.holders, failure.message);
    case 'ETIMEDOUT':
      return problem('drive-no-answer', `${path} does not answer.`, {
        ...more,
        detail: 'Opening it took longer than five seconds.',
        remedy: 'Unplug the drive, plug it in again, and try again.',
      });
    case 'EROFS':
      return readOnly(path, failure.message);
    case 'EPERM':
      // The kernel says so for a write to a drive that is switched to read-only, even to root.
      if (failure.act !== 'open' && failure.system === 'linux') return readOnly(path, failure.message);
      return noPermission(failure);
    case 'EACCES':
      return noPermission(failure);
    case 'EFBIG':
      return problem('target-too-small-files', `${path} would be too large for its disk.`, {
        ...more,
        detail: 'FAT holds no file of 4 GB or more.',
        remedy: 'Choose a folder on another disk.',
      });
    case 'EDQUOT':
    case 'ENOSPC':
      if (failure.end === 'file') {
        return problem('disk-full', `There is no room for ${path}.`, {
          ...more,
          remedy: 'Free some space on that disk, or choose another folder.',
        });
      }
      return problem('drive-too-small', `${path} ended before the image did.`, {
        ...more,
        detail: `It took nothing more ${where(failure)}, although it says that it is large enough.`,
        remedy: 'The drive is broken or holds less than it claims. Use another one.',
      });
    case 'ENOENT':
      return problem('target-missing', `There is no file ${path}.`, { ...more, remedy: 'Check the path.' });
    case 'ELOOP':
      return problem('target-is-link', `${path} is a link to something else.`, {
        ...more,
        remedy: 'Name the file itself.',
      });
    case 'EISDIR':
      return problem('target-is-directory', `${path} is a folder.`, {
        ...more,
        remedy: 'Name a drive or a file.',
      });
    default:
      return failedTransfer(failure);
  }
}

function failedTransfer(failure: Failure): Problem {
  const { path } = failure;
  const titles = {
    open: `${path} could not be opened.`,
    read: `${path} could not be read.`,
    write: `${path} could not be written.`,
    flush: `${path} could not be made to store what it was given.`,
  };
  return problem(`drive-${failure.act}-failed`, titles[failure.act], {
    detail: `The drive reported an error ${where(failure)}.`,
    remedy: 'Try another port or reader; if it happens again, the drive is worn out.',
    raw: failure.message,
  });
}

/** The drive is no longer there. */
export function unplugged(path: string, raw: string): Problem {
  return problem('drive-unplugged', `${path} was unplugged.`, {
    detail: 'The drive disappeared before the work was finished.',
    remedy: 'Plug it in again, in another port if it came loose by itself, and start again.',
    raw,
  });
}

/** The drive is held by somebody else. */
function busy(path: string, holders: string[], raw: string): Problem {
  return problem('drive-busy', `${path} is being used by another program.`, {
    detail:
      holders.length > 0 ? `It is held by ${holders.join(', ')}.` : 'The system does not say by which one.',
    remedy: 'Close that program, or unmount the drive there, then try again.',
    raw,
  });
}

function readOnly(path: string, raw: string): Problem {
  return problem('drive-read-only', `${path} can not be written.`, {
    detail: 'The drive is write-protected.',
    remedy: 'Look for a small switch on the stick or card and slide it, or choose another drive.',
    raw,
  });
}

function noPermission({ path, message, system }: Failure): Problem {
  const guards: Partial<Record<NodeJS.Platform, string>> = {
    darwin:
      'Allow it under System Settings, Privacy & Security, Files and Folders, Removable Volumes, and try again.',
    win32:
      'If Controlled folder access is switched on (Windows Security, Ransomware protection), allow Nixburn there, and try again.',
  };
  return problem('drive-no-permission', `You are not allowed to write to ${path}.`, {
    remedy: guards[system] ?? 'Start Nixburn as a user who may administer this computer.',
    raw: message,
  });
}

/** The image is shorter than it was when the order was given. */
export function imageTruncated(path: string, bytes: number, wanted: number): Problem {
  return problem('image-truncated', 'The image ended too early.', {
    detail: `${path} has ${bytes} bytes; it should have ${wanted}. It was changed, or was not copied to its end.`,
    remedy: 'Build or copy the image again.',
  });
}

/** The image is not the one that was built. */
export function imageChanged(path: string, wanted: string, found: string): Problem {
  return problem('image-changed', 'The image is not the one that was built.', {
    detail: `${path} was changed, or the disk it is on returns wrong bytes.`,
    remedy: 'Build or copy the image again.',
    raw: found === '' ? '' : `sha256 ${found}, expected ${wanted}`,
  });
}

/** What was written did not come back, however often it was tried. `offset` in bytes. */
export function readBackDiffers(path: string, offset: number): Problem {
  return problem('stick-differs', `${path} did not keep what was written to it.`, {
    detail:
      `Byte ${offset} came back wrong, also after the part around it was written three more times. ` +
      'The drive, the reader or the port is faulty, or the drive holds less than it claims.',
    remedy: 'Try another port or reader; if it happens again, use another drive.',
    raw: `first difference at byte ${offset}`,
  });
}

/** The verify command found another content than that of an image of `total` bytes. `offset` in bytes. */
export function stickDiffers(total: number): (path: string, offset: number) => Problem {
  return (path, offset) =>
    problem('stick-differs', `${path} does not hold this image.`, {
      detail: `The first difference is at byte ${offset} of ${total}.`,
      remedy: 'Write the image again if this drive should hold it.',
      raw: `first difference at byte ${offset}`,
    });
}

/** Another drive than the one that was chosen is there now. */
export function driveChanged(path: string, what: string): Problem {
  return problem('drive-changed', `${path} is not the drive that was chosen.`, {
    detail: `${what} Drives get their names in the order of plugging in, and yours has changed.`,
    remedy: 'Look at the list of drives and choose again.',
  });
}

/** The drive says that it is larger than it is. */
export function fakeCapacity(path: string, offset: number): Problem {
  return problem('drive-fake-capacity', `${path} holds less than it claims.`, {
    detail: `Of several marks across it, the one at byte ${offset} was lost. Such drives lose what is stored on them.`,
    remedy: 'Use another drive.',
    raw: `probe at byte ${offset} failed`,
  });
}

function where(failure: Failure): string {
  return failure.position === null
    ? `while it was being ${failure.act === 'flush' ? 'flushed' : 'opened'}`
    : `at byte ${failure.position}`;
}
