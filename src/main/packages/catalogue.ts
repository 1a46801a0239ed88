/** The packages that are offered before anybody has searched: what an installer stick is good for, in our own words. */
import catalogueFile from '../../../assets/packages.json' with { type: 'json' };
import type { Preset } from '../../shared/choosing.ts';
import { startIndex } from './index-builder.ts';
import { openIndex, type Searcher } from './search.ts';

export interface CatalogueGroup {
  group: string;
  packages: {
    name: string;
    about: string;
    /** The first release that has it; absent where all that are offered do. */
    from?: string | undefined;
  }[];
}

/** Attribute paths in nixpkgs with a line each, in groups that follow what one does with a stick. */
export function catalogue(): CatalogueGroup[] {
  return catalogueFile.groups;
}

/** Sets of packages for common errands; all of them are in the catalogue. */
export function presets(): Preset[] {
  return catalogueFile.presets;
}

/** Searches the catalogue as the index of all packages is searched: for as long as there is none. */
export function catalogueSearcher(): Searcher {
  const index = startIndex();
  for (const { packages } of catalogue())
    for (const { name, about } of packages)
      index.add({
        name,
        about,
        version: '',
        program: '',
        unfree: false,
        broken: false,
        insecure: false,
        unsupported: false,
      });
  return openIndex(index.finish({ channel: 'catalogue', revision: '' }));
}
