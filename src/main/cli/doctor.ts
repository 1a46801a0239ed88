/** `nixburn doctor`: what is missing to build here or on a builder, and what to do about it. */
import { homedir } from 'node:os';
import { builderFor, readChoices } from '../build/choices.ts';
import { preflight } from '../build/preflight.ts';
import type { PreflightLine } from '../../shared/contract.ts';
import { problem } from '../../shared/problem.ts';
import { emptyRecipe } from '../../shared/recipe.ts';
import { formatCount } from '../../shared/units.ts';
import { findPlaces } from '../places.ts';
import { badInput, finished, type Command } from './command.ts';

export const command: Command = {
  options: { on: 'string', json: 'boolean' },
  takes: { least: 0, most: 0, what: '' },
  async run({ value, terminal, json, event }) {
    const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
    const { system } = emptyRecipe();
    const builder = builderFor(await readChoices(places.config), system, value('on') ?? 'here');
    if (!builder.ok) return badInput(builder.problem);
    const lines = await preflight(system, builder.value);
    for (const line of lines) {
      event({ kind: 'line', line });
      if (!json) for (const text of lineTexts(line)) terminal.print(text);
    }
    const failures = lines.filter(({ state }) => state === 'failed').length;
    if (failures === 0) return finished({ lines });
    const count = formatCount(failures, 'thing', 'things');
    return {
      ok: false,
      problem: problem('not-ready', `${count} must be mended before ${builder.value.name} can build.`),
    };
  },
};

const marks: Record<PreflightLine['state'], string> = { ok: '✓', warning: '!', failed: '✗' };

function lineTexts({ state, title, problem: what, command: todo }: PreflightLine): string[] {
  const more = what ? [what.title, what.detail, what.remedy].filter(Boolean) : [];
  if (todo !== undefined) more.push(`$ ${todo}`);
  return [`${marks[state]} ${title}`, ...more.map((text) => `    ${text}`)];
}
