/** The recipe: everything a person chose, as one JSON document with a published schema. */
import { z } from 'zod';
import type { RecipeProblem } from './contract.ts';
import { packagePath } from './package-path.ts';
import { problem, type Problem } from './problem.ts';
import { enterprise, enterpriseMisfits, missingEnterpriseSecret } from './recipe-enterprise.ts';
import { secretSource } from './recipe-secret.ts';
import * as field from './recipe-text.ts';
import { issueProblems } from './recipe-words.ts';

const wifiNetwork = z
  .strictObject({
    ssid: field.ssid,
    security: z.enum(['wpa2-wpa3', 'wpa2', 'wpa3', 'open', 'enterprise']).default('wpa2-wpa3').meta({
      description:
        'wpa2-wpa3 joins either and mixed access points; wpa2 only is kept as a derived key; enterprise asks who you are.',
    }),
    passphrase: secretSource(
      field.passphrase,
      'the passphrase',
      'Passphrase, or where to read it. WPA2: 8 to 63 printable ASCII characters, or 64 hex digits. WPA3: 1 to 63 characters.',
    ).optional(),
    enterprise: enterprise.optional().meta({
      description: 'How to sign in. Needed where the security is enterprise, and only there.',
    }),
    hidden: z.boolean().default(false).meta({ description: 'The access point does not announce its name.' }),
    priority: z.int().min(-499).max(499).default(0).meta({
      description: 'Of two networks in reach the one with the higher number is joined.',
    }),
  })
  .check((context) => {
    for (const found of networkProblems(context.value)) report(context, found.path, found.problem);
  });

const script = z.strictObject({ name: field.scriptName, text: field.scriptText });

const recipeSchema = z
  .strictObject({
    schema: z.literal(1).meta({ description: 'Version of this format.' }),
    name: field.hostName.default('nixos-installer'),
    release: field.release.default('26.05'),
    system: z.enum(['x86_64-linux', 'aarch64-linux']).default('x86_64-linux').meta({
      description: 'Kind of processor of the machine that starts from the stick.',
    }),
    keys: z.array(field.keyLine).default([]).meta({ description: 'Who may log in over SSH.' }),
    packages: z.array(field.packageName).default([]).meta({ description: 'What is installed on the stick.' }),
    allowUnfree: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether packages may be used that are not free software.' }),
    wifi: z
      .strictObject({
        backend: z.enum(['networkmanager', 'wpa_supplicant']).default('networkmanager').meta({
          description: 'The program that joins wireless networks.',
        }),
        country: field.country.nullable().default(null).meta({
          description:
            'Country as ISO 3166-1 alpha-2, for the WiFi channels that may be used; null leaves it open.',
        }),
        secrets: z.enum(['slot', 'baked']).default('slot').meta({
          description:
            'slot: passphrases are put on the stick after the build. baked: they are built in, readable by everybody in the Nix store.',
        }),
        networks: z.array(wifiNetwork).default([]).meta({ description: 'Networks to join.' }),
      })
      .prefault({})
      .meta({ description: 'Wireless networks.' }),
    console: z
      .strictObject({
        password: z.strictObject({ hashed: field.passwordHash }).nullable().default(null).meta({
          description:
            'Password for keyboard and screen; null logs in without one, as the NixOS installer does.',
        }),
      })
      .prefault({})
      .meta({ description: 'Keyboard and screen.' }),
    locale: field.locale.default('en_US.UTF-8'),
    keyMap: field.keyMap.default('us'),
    consoleFont: field.consoleFont.nullable().default(null).meta({
      description: 'Font of the console, such as ter-v32n; null leaves it to the kernel.',
    }),
    timeZone: field.timeZone.default('UTC'),
    image: z
      .strictObject({
        fileName: field.fileName.default('nixos-installer'),
        volumeId: field.volumeId.default('NIXOS_INSTALLER'),
        edition: field.edition.nullable().default(null).meta({
          description: 'What kind of installer this is, such as homelab; null leaves it to NixOS (minimal).',
        }),
        compression: z.enum(['fast', 'balanced', 'small']).default('balanced').meta({
          description: 'fast builds and starts soonest, small takes the least room.',
        }),
      })
      .prefault({})
      .meta({ description: 'The image that is built.' }),
    scripts: z.array(script).default([]).meta({ description: 'Commands of your own on the stick.' }),
    module: field.moduleText
      .nullable()
      .default(null)
      .meta({ description: 'Text of one extra NixOS module, taken over word for word; null for none.' }),
  })
  .check((context) => {
    for (const found of wholeProblems(context.value)) report(context, found.path, found.problem);
  })
  .meta({
    title: 'Nixburn recipe',
    description:
      'Everything that makes a NixOS installer stick. Someone must be able to log in: by a key, or by a console password.',
    anyOf: [
      { required: ['keys'], properties: { keys: { minItems: 1 } } },
      {
        required: ['console'],
        properties: { console: { required: ['password'], properties: { password: { type: 'object' } } } },
      },
    ],
  });

/** A recipe with every default filled in. */
export type Recipe = z.output<typeof recipeSchema>;
export type WifiNetwork = z.output<typeof wifiNetwork>;

/** A recipe in which nothing was chosen yet. It lacks a way in, and nothing else. */
export function emptyRecipe(): Recipe {
  // Parsed with a stand-in, since a recipe without a way in is refused.
  const { shape } = recipeSchema;
  return z.strictObject(shape).parse({ schema: 1 });
}

/**
 * Checks anything at all for being a recipe. Never throws, and never repeats a passphrase, a hash or a key.
 *
 * @returns the recipe with every default filled in, or all that is wrong with it: at least one sentence.
 */
export function checkRecipe(value: unknown): { recipe: Recipe } | { problems: RecipeProblem[] } {
  const version = isObject(value) ? value['schema'] : 1;
  if (typeof version === 'number' && version !== 1) {
    // The rest follows rules that are not known here: complaining about it would mislead.
    return { problems: [{ path: 'schema', problem: otherVersion(version) }] };
  }
  const parsed = recipeSchema.safeParse(value);
  return parsed.success
    ? { recipe: parsed.data }
    : { problems: issueProblems(recipeSchema, parsed.error.issues, value) };
}

/** The JSON Schema (draft 2020-12) of what a recipe file may hold, for editors and for `nixburn schema`. */
export function recipeJsonSchema(): object {
  return z.toJSONSchema(recipeSchema, { io: 'input', target: 'draft-2020-12' });
}

interface Found {
  path: (string | number)[];
  problem: Problem;
}

function report(context: z.core.ParsePayload, path: Found['path'], found: Problem): void {
  context.issues.push({
    code: 'custom',
    input: context.value,
    path,
    params: { problem: found },
    continue: true,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function otherVersion(version: number): Problem {
  return problem(
    'recipe-version',
    `This recipe is of version ${version}, and this Nixburn reads version 1.`,
    {
      remedy: version > 1 ? 'Use a newer Nixburn.' : 'Write "schema": 1.',
    },
  );
}

/** What the fields of one network have to do with each other. */
function networkProblems({ ssid, security, passphrase, enterprise: signIn }: WifiNetwork): Found[] {
  const network = field.quoted(ssid);
  if (security !== 'enterprise' && signIn !== undefined) {
    const title = `The network ${network} has fields of an enterprise network, and is none.`;
    const remedy = 'Remove them, or choose enterprise as its security.';
    return [{ path: ['enterprise'], problem: problem('needless-field', title, { remedy }) }];
  }
  if (security === 'enterprise') {
    const title = `The network ${network} is an enterprise network, and signs nobody in by a passphrase.`;
    const remedy = 'Remove the passphrase; a password belongs in the field enterprise.';
    return [
      ...(passphrase === undefined
        ? []
        : [{ path: ['passphrase'], problem: problem('needless-passphrase', title, { remedy }) }]),
      ...enterpriseProblems(signIn, network),
    ];
  }
  if (passphrase === undefined) return [];
  if (security === 'open') {
    const title = `The network ${network} is open, and has a passphrase.`;
    const remedy = 'Remove the passphrase, or choose the kind of security.';
    return [{ path: ['passphrase'], problem: problem('needless-passphrase', title, { remedy }) }];
  }
  const found =
    typeof passphrase === 'string' ? field.passphraseProblem(security, passphrase, network) : null;
  return found ? [{ path: ['passphrase'], problem: found }] : [];
}

function enterpriseProblems(signIn: WifiNetwork['enterprise'], network: string): Found[] {
  if (signIn !== undefined) {
    return enterpriseMisfits(signIn, network).map((misfit) => ({
      path: ['enterprise', misfit.field],
      problem: misfit.problem,
    }));
  }
  return [
    {
      path: ['enterprise'],
      problem: problem(
        'missing-enterprise',
        `Nixburn does not know how to sign in to the network ${network}.`,
        {
          remedy: 'Add the field enterprise, such as { "method": "peap", "identity": "ada@example.org" }.',
        },
      ),
    },
  ];
}

/** What only shows when the whole recipe is looked at. */
function wholeProblems(recipe: Recipe): Found[] {
  return [
    ...wayIn(recipe),
    ...missingSecrets(recipe),
    ...doubles(
      recipe.packages,
      (name) => packagePath(name)?.join('\0'),
      (name, at) => ({
        path: ['packages', at],
        problem: problem('duplicate-package', `The package ${field.quoted(name)} is listed twice.`, {
          remedy: 'Remove one of them.',
        }),
      }),
    ),
    ...doubles(
      recipe.wifi.networks,
      ({ ssid }) => ssid,
      ({ ssid }, at) => ({
        path: ['wifi', 'networks', at, 'ssid'],
        problem: problem('duplicate-network', `The network ${field.quoted(ssid)} is listed twice.`, {
          remedy: 'Remove one of them.',
        }),
      }),
    ),
    // Regardless of case: each script is a file, and on Windows and macOS Go and go are the same one.
    ...doubles(
      recipe.scripts,
      ({ name }) => name.toLowerCase(),
      ({ name }, at) => ({
        path: ['scripts', at, 'name'],
        problem: problem('duplicate-script', `There are two scripts named ${field.quoted(name)}.`, {
          remedy: 'Rename one of them.',
        }),
      }),
    ),
  ];
}

function wayIn({ keys, console: { password } }: Recipe): Found[] {
  if (keys.length > 0 || password) return [];
  return [
    {
      path: ['keys'],
      problem: problem('no-way-in', 'Nobody could log in.', {
        detail: 'There is no SSH key and no console password.',
        remedy: 'Add a public key.',
      }),
    },
  ];
}

/** A saved recipe holds no secret; only what is built in must be there before the build. */
function missingSecrets({ wifi }: Recipe): Found[] {
  if (wifi.secrets !== 'baked') return [];
  return wifi.networks.flatMap((network, at) => {
    const missing = missingSecret(network);
    if (missing === null) return [];
    const remedy = 'Add it, or name a file or an environment variable that holds it.';
    return [
      {
        path: ['wifi', 'networks', at, ...missing.path],
        problem: problem('missing-passphrase', missing.title, { remedy }),
      },
    ];
  });
}

/**
 * The secret that a network can not be joined without: what to say of it, and where in the network it belongs. Null where
 * there is nothing to miss.
 */
export function missingSecret({
  ssid,
  security,
  passphrase,
  enterprise: signIn,
}: WifiNetwork): { title: string; addOrRemove: string; path: string[] } | null {
  if (security === 'open') return null;
  const network = field.quoted(ssid);
  if (security !== 'enterprise') {
    if (passphrase !== undefined) return null;
    return {
      title: `The network ${network} has no passphrase.`,
      addOrRemove: 'Add the passphrase, or remove the network.',
      path: ['passphrase'],
    };
  }
  switch (signIn && missingEnterpriseSecret(signIn)) {
    case 'password':
      return {
        title: `The network ${network} has no password.`,
        addOrRemove: 'Add the password, or remove the network.',
        path: ['enterprise', 'password'],
      };
    case 'clientKey':
      return {
        title: `The network ${network} has no key of the client.`,
        addOrRemove: 'Add the key of the client, or remove the network.',
        path: ['enterprise', 'clientKey'],
      };
    default:
      return null;
  }
}

/** Everything whose key came before. A key that is undefined belongs to something that is wrong already. */
function doubles<T>(
  all: T[],
  key: (one: T) => string | undefined,
  found: (one: T, at: number) => Found,
): Found[] {
  const seen = new Set<string>();
  return all.flatMap((one, at) => {
    const own = key(one);
    if (own === undefined) return [];
    if (seen.has(own)) return [found(one, at)];
    seen.add(own);
    return [];
  });
}
