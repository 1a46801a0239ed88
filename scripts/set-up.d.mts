/** What TypeScript needs to know of `set-up.mjs`. */
interface Program {
  program: string;
  package: string;
  neededFor: string;
}

export const root: string;
export const nixEnvironment: { NIX_CONFIG: string; GC_DONT_GC: string };
export function isInstalled(program: string): boolean;
export function installPackages(): void;
export function installPrograms(): Program[];
