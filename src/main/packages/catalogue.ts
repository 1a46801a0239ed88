/** The packages that are offered before anybody has searched: what an installer stick is good for, in our own words. */
import catalogueFile from '../../../assets/packages.json' with { type: 'json' };

/** Attribute paths in nixpkgs with a line each, in groups that follow what one does with a stick. */
export function catalogue(): { group: string; packages: { name: string; about: string }[] }[] {
  return catalogueFile.groups;
}
