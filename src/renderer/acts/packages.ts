/** What is on the stick: the catalogue, and packages chosen and removed. */
import { loaded, program, set } from './program.ts';
import { changeRecipe } from './recipe.ts';

export async function loadCatalogue(): Promise<void> {
  set({ catalogue: { state: 'loading' } });
  set({ catalogue: loaded(await program.call('catalogue', undefined)) });
}

export function addPackages(names: string[]): void {
  changeRecipe((recipe) => ({ ...recipe, packages: [...new Set([...recipe.packages, ...names])] }));
}

export function removePackage(name: string): void {
  changeRecipe((recipe) => ({ ...recipe, packages: recipe.packages.filter((one) => one !== name) }));
}

export function removeAllPackages(): void {
  changeRecipe((recipe) => ({ ...recipe, packages: [] }));
}
