/** What both hosts of the window hand out in the same way: its files, their types, and what a page may load. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * The Content-Security-Policy of the window: its own files and nothing from anywhere else.
 *
 * @param connect where the page may connect to, e.g. `ws://127.0.0.1:4000`.
 */
export function contentPolicy(connect: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The headers that go with every file. */
export function pageHeaders(type: string, policy: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
}

/**
 * Reads the file that a URL's path names.
 *
 * @param folder where the window's files lie; nothing outside it is ever read.
 * @param urlPath as it stands in the URL, still percent-encoded; `/` is `index.html`.
 * @returns undefined for a file that is not there or is none of the window's.
 */
export async function readPageFile(
  folder: string,
  urlPath: string,
): Promise<{ body: Buffer<ArrayBuffer>; type: string } | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  // Backslashes and drive letters separate folders on Windows, and NUL ends names elsewhere; no file of ours has them.
  if (/[\\:\0]/.test(name)) return undefined;
  const file = path.join(folder, name === '/' ? 'index.html' : name);
  const type = types[path.extname(file)];
  if (!type || !file.startsWith(folder + path.sep)) return undefined;
  try {
    return { body: await readFile(file), type };
  } catch {
    return undefined;
  }
}
