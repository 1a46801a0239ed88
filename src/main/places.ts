/** Says where Nixburn keeps its files, so that no other file knows about operating systems' folder customs. */
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';

/** Absolute folders. All of them are the person's alone (mode 0700). */
export interface Places {
  /** Settings. */
  config: string;
  /** What must not be lost: receipts, the practice stick. */
  data: string;
  /** Built images: large, but costly to make again. */
  images: string;
  /** What can be made again at any time, and private working folders. */
  cache: string;
  /** What Nixburn and the builds have said, bounded. */
  logs: string;
}

/** What `findPlaces` needs to know of the world. */
export interface PlacesInput {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
}

/**
 * Chooses the folders; touches nothing. `NIXBURN_HOME` puts all of them under one folder.
 * Linux: the XDG Base Directory Specification 0.8, by which a relative value is ignored. macOS: Apple's File System
 * Programming Guide. Windows: Known Folders, through their environment variables.
 */
export function findPlaces({ platform, env, home }: PlacesInput): Places {
  const own = env['NIXBURN_HOME'];
  if (own) {
    const root = path.resolve(own);
    return under(
      path.join(root, 'config'),
      path.join(root, 'data'),
      path.join(root, 'cache'),
      path.join(root, 'logs'),
    );
  }
  if (platform === 'darwin') {
    const support = path.join(home, 'Library/Application Support/Nixburn');
    return under(
      path.join(support, 'config'),
      support,
      path.join(home, 'Library/Caches/Nixburn'),
      path.join(home, 'Library/Logs/Nixburn'),
    );
  }
  if (platform === 'win32') {
    const roaming = env['APPDATA'] || path.join(home, 'AppData/Roaming');
    const local = path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData/Local'), 'Nixburn');
    return under(
      path.join(roaming, 'Nixburn'),
      path.join(local, 'Data'),
      path.join(local, 'Cache'),
      path.join(local, 'Logs'),
    );
  }
  const xdg = (name: string, fallback: string) => {
    const value = env[name];
    return path.join(value && path.isAbsolute(value) ? value : path.join(home, fallback), 'nixburn');
  };
  return under(
    xdg('XDG_CONFIG_HOME', '.config'),
    xdg('XDG_DATA_HOME', '.local/share'),
    xdg('XDG_CACHE_HOME', '.cache'),
    path.join(xdg('XDG_STATE_HOME', '.local/state'), 'logs'),
  );
}

function under(config: string, data: string, cache: string, logs: string): Places {
  return { config, data, images: path.join(data, 'images'), cache, logs };
}

/** Makes a folder that only this person can look into, also where it was there already. Rejects on I/O errors. */
export async function makePrivate(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return folder;
}
