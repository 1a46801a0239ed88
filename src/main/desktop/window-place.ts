/** Remembers where the window was, and brings it back there only if that place is still on a screen. */
import path from 'node:path';
import { z } from 'zod';
import { readKept, writeKept } from '../kept-file.ts';

/** In device-independent pixels, the same for all screens. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WindowPlace {
  bounds: Rectangle | null;
  maximized: boolean;
}

/** What a window is opened with. Without `x` and `y` the system chooses the place. */
export type Opening = Pick<Rectangle, 'width' | 'height'> & Partial<Pick<Rectangle, 'x' | 'y'>>;

export const smallest = { width: 960, height: 640 };
const usual = { width: 1180, height: 760 };

/** So much of a window's upper edge must be on a screen that it can be taken hold of and moved. */
const hold = { width: 120, height: 32 };

const whole = z.int().min(-100_000).max(100_000);
const placeFile = z.object({
  bounds: z.object({ x: whole, y: whole, width: whole, height: whole }).nullable().catch(null),
  maximized: z.boolean().catch(false),
});

const fileIn = (folder: string) => path.join(folder, 'window.json');

/** Never rejects: a window opens somewhere in any case. */
export function readPlace(folder: string): Promise<WindowPlace> {
  return readKept(fileIn(folder), placeFile).catch(() => placeFile.parse({}));
}

export function writePlace(folder: string, place: WindowPlace): Promise<void> {
  return writeKept(fileIn(folder), place, placeFile);
}

/**
 * Where to open the window.
 *
 * @param areas what each screen has room for beside its bars; the first is the main screen
 */
export function placeOn(areas: readonly Rectangle[], saved: Rectangle | null): Opening {
  const [main] = areas;
  const area = saved && areas.find((one) => canBeHeld(saved, one));
  if (!saved || !area) return fitted(main, saved ?? usual);
  const size = fitted(area, saved);
  // It was put half beyond an edge: so it stays, as long as it can be reached.
  const place = { x: saved.x, y: saved.y, ...size };
  return canBeHeld(place, area) ? place : size;
}

function canBeHeld({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return across >= hold.width && y >= area.y && y + hold.height <= area.y + area.height;
}

/** A screen that is smaller than the smallest window gets the smallest window all the same. */
function fitted(area: Rectangle | undefined, { width, height }: Pick<Rectangle, 'width' | 'height'>) {
  return {
    width: within(width, smallest.width, area?.width ?? usual.width),
    height: within(height, smallest.height, area?.height ?? usual.height),
  };
}

function within(wanted: number, least: number, most: number): number {
  return Math.max(least, Math.min(wanted, most));
}
