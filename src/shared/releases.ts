/** The releases of NixOS that can be chosen: one list for the recipe's check and for the window, free of any library. */

/** The releases that the generator knows, oldest first. */
export const releases = ['23.11', '24.05', '24.11', '25.05', '25.11', '26.05', 'unstable'] as const;
