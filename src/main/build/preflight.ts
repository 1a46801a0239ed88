/** Says before a build what would stop it, with the way out, because a build fails late and in Nix's words. */
import type { PreflightLine } from '../../shared/contract.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import { localBuilder, type Builder } from './builder.ts';
import type { BuilderFacts } from './facts.ts';
import { readNixVersion } from './nix-version.ts';

/** A first build downloads and unpacks a whole NixOS beside the image it packs. Bytes. */
const wantedBytes = 10e9;

/** Gathers what a builder can do and judges it. `system` is what the image is for: `x86_64-linux`. */
export async function preflight(system: string, builder: Builder = localBuilder()): Promise<PreflightLine[]> {
  const facts = await builder.facts();
  if (facts.ok) return judge(facts.value, system);
  return [{ id: 'builder', title: `The builder ${builder.name}`, state: 'failed', problem: facts.problem }];
}

/** Turns facts into the list that a person reads. Without Nix, the lines that need it are left out. */
export function judge(facts: BuilderFacts, system: string): PreflightLine[] {
  const lines = [nixLine(facts), systemLine(facts, system)];
  if (facts.nix !== null) lines.push(storeLine(facts));
  lines.push(spaceLine(facts));
  return lines;
}

const fine = (id: string, title: string): PreflightLine => ({ id, title, state: 'ok' });
const warning = (id: string, title: string, what: Problem): PreflightLine => ({
  id,
  title,
  state: 'warning',
  problem: what,
});
const failure = (id: string, title: string, what: Problem): PreflightLine => ({
  id,
  title,
  state: 'failed',
  problem: what,
});

function nixLine(facts: BuilderFacts): PreflightLine {
  const elsewhere = 'or choose a Linux builder that has it';
  if (facts.nix === null)
    return failure(
      'nix',
      'Nix',
      problem('nix-missing', 'Nix is not installed.', {
        detail: 'Nixburn builds the image with Nix.',
        remedy: `Install Nix from https://nixos.org/download, ${elsewhere}.`,
      }),
    );
  const version = readNixVersion(facts.nix);
  if (!version.ok) return failure('nix', 'Nix', version.problem);
  const title = `Nix ${version.value.text}`;
  if (version.value.note === null) return fine('nix', title);
  const remedy = 'If a build fails, install a newer Nix from https://nixos.org/download.';
  return warning('nix', title, problem('nix-old', version.value.note, { remedy }));
}

function systemLine(facts: BuilderFacts, system: string): PreflightLine {
  const title = `Builds for ${system}`;
  if (facts.systems.includes(system)) return fine('system', title);
  const what = problem('system-mismatch', `This machine does not build for ${system} by itself.`, {
    detail: facts.os === 'linux' ? `It builds for ${facts.systems.join(', ')}.` : 'It does not run Linux.',
    remedy: `Choose a ${system} Linux builder over SSH.`,
  });
  if (!facts.hasBuilders) return failure('system', title, what);
  return warning('system', title, {
    ...what,
    remedy: 'Nix will ask the builders in its own settings to do it.',
  });
}

function storeLine(facts: BuilderFacts): PreflightLine {
  const title = 'You may build with Nix';
  switch (facts.store) {
    case 'ready':
      return fine('store', title);
    case 'denied':
      return failure(
        'store',
        title,
        problem('nix-denied', 'Your account may not use Nix on this machine.', {
          detail: 'The Nix service refuses it.',
          remedy: 'On Debian and Ubuntu run `sudo usermod -aG nix-users $USER`, then log out and in again.',
        }),
      );
    case 'down':
      return failure(
        'store',
        title,
        problem('nix-daemon-down', 'The Nix service is not running.', {
          detail: 'Nothing answers at its socket, and your account may not write the Nix store itself.',
          remedy: 'Start it with `sudo systemctl start nix-daemon`, or install Nix again.',
        }),
      );
  }
}

function spaceLine(facts: BuilderFacts): PreflightLine {
  const title = 'Free space for Nix';
  if (facts.freeBytes === null || facts.freeBytes >= wantedBytes) return fine('space', title);
  return warning(
    'space',
    title,
    problem(
      'space-low',
      `Only ${(facts.freeBytes / 1e9).toFixed(1)} GB are free where Nix keeps its files.`,
      {
        detail: 'A first build can need about 10 GB.',
        remedy: 'Free some space; `nix-collect-garbage` removes what Nix does not need any more.',
      },
    ),
  );
}
