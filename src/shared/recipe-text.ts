/** The limits of every single text in a recipe: a pattern for the published schema and a sentence for the person, side by side. */
import { z } from 'zod';
import { packagePattern } from './package-path.ts';
import { problem, type Problem } from './problem.ts';
import { parsePublicKey } from './public-key.ts';
import { releases } from './releases.ts';

/** A value as a sentence shows it: in quotes, without line breaks, and not longer than a line. */
export function quoted(value: string): string {
  const letters = Array.from(JSON.stringify(value.slice(0, 1000)).slice(1, -1));
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : letters.join('')}”`;
}

/** The number of bytes a text takes in UTF-8, which is what WiFi counts in. */
export function utf8Length(value: string): number {
  return new TextEncoder().encode(value).length;
}

/**
 * A text with a rule of its own. `judge` says what is wrong, or nothing; `published` is what an editor can be told of
 * it, and may be laxer than the rule but never stricter.
 */
export function text(
  judge: (value: string) => Problem | null,
  published: z.core.GlobalMeta & Record<string, unknown>,
) {
  return z
    .string()
    .check((context) => {
      const found = unwritable(context.value) ?? judge(context.value);
      if (found)
        context.issues.push({
          code: 'custom',
          input: context.value,
          params: { problem: found },
          continue: true,
        });
    })
    .meta(published);
}

/** A text that has to match a pattern, which is published too. */
export function shaped(
  pattern: RegExp,
  wrong: (value: string) => Problem,
  description: string,
  more: object = {},
) {
  return text((value) => (pattern.test(value) ? null : wrong(value)), {
    description,
    pattern: pattern.source,
    ...more,
  });
}

/** NUL and half characters can be written neither in Nix nor in UTF-8; nothing in a recipe may hold them. */
function unwritable(value: string): Problem | null {
  if (!/[\0\p{Surrogate}]/u.test(value)) return null;
  return problem('bad-character', 'This text has a character that can not be written down.', {
    detail: value.includes('\0')
      ? 'It is the character NUL.'
      : 'It is one half of a character that needs two.',
    remedy: 'Type the text again.',
  });
}

/** Control characters of ASCII and Latin-1. */
export const control = /\p{Cc}/u;
/** The same without tab, line feed and carriage return, which belong in a text of several lines. */
export const controlInLines = /[^\P{Cc}\t\n\r]/u;

export const withoutControl = (title: string) =>
  problem('bad-character', title, { remedy: 'Type it again instead of pasting it.' });

/** RFC 1123 label; NixOS would also take `_`, which DNS and mDNS do not. */
export const hostName = shaped(
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
  (value) =>
    problem('bad-host-name', `${quoted(value)} can not be a host name.`, {
      detail: 'A host name has 1 to 63 letters, digits and hyphens, and no hyphen at either end.',
      remedy: 'Choose a name such as attic.',
    }),
  'Host name of the machine while it runs from the stick, reached as NAME.local.',
  { minLength: 1, maxLength: 63 },
);

export const release = text(
  (value) =>
    releases.some((known) => known === value)
      ? null
      : problem('bad-release', `Nixburn does not know the NixOS release ${quoted(value)}.`, {
          remedy: `Choose one of ${releases.join(', ')}.`,
        }),
  { description: 'A NixOS release, or unstable.', enum: [...releases] },
);

export const keyLine = text(
  (value) => {
    const parsed = parsePublicKey(value);
    return parsed.ok ? null : parsed.problem;
  },
  { description: 'One OpenSSH public key line, as in ~/.ssh/id_ed25519.pub.', minLength: 1 },
);

export const packageName = shaped(
  packagePattern,
  (value) =>
    problem('bad-package-name', `${quoted(value)} can not be the name of a package.`, {
      detail:
        "A name has letters, digits, _, - and ', dots between its parts, and quotes around a part that has more.",
      remedy: 'Write it as in nixpkgs, such as vim or python3Packages.requests.',
    }),
  'Attribute path of a package in nixpkgs.',
);

export const country = shaped(
  /^[A-Z]{2}$/,
  (value) =>
    problem('bad-country', `${quoted(value)} is not a country code.`, {
      detail: 'The country decides which WiFi channels may be used.',
      remedy: 'Write two capital letters, such as SE or DE.',
    }),
  'Two capital letters.',
);

/** IEEE 802.11-2020, 9.4.2.2: 0 to 32 octets, of which 0 would mean any network. */
export const ssid = text(
  (value) => {
    if (control.test(value))
      return withoutControl(`The network name ${quoted(value)} has an invisible control character in it.`);
    const bytes = utf8Length(value);
    if (bytes >= 1 && bytes <= 32) return null;
    return problem(
      'bad-ssid',
      bytes === 0
        ? 'A WiFi network has no name.'
        : `The network name ${quoted(value)} is ${bytes} bytes long, and 32 are possible.`,
      {
        detail: bytes === value.length ? '' : 'Letters outside English take two to four bytes each.',
        remedy: 'Write the name exactly as the access point shows it.',
      },
    );
  },
  { description: 'Name of the network (SSID): 1 to 32 bytes of UTF-8.', minLength: 1, maxLength: 32 },
);

/** Its length depends on the kind of network: see `passphraseProblem`. */
export const passphrase = text(
  (value) =>
    control.test(value)
      ? withoutControl('The WiFi passphrase has an invisible control character in it.')
      : null,
  { description: 'The passphrase itself. Better: name a file or an environment variable.', minLength: 1 },
);

/**
 * IEEE 802.11-2020, annex J.4.1: a WPA2 passphrase is 8 to 63 printable ASCII characters, or the key itself as 64 hex
 * digits. WPA3's SAE takes any text; 63 bytes are what all programs accept. A derived key can not do SAE, so a network
 * that may turn out to be WPA3 needs the passphrase. Never repeats the passphrase.
 *
 * @param network its name, in quotes.
 * @returns null where the passphrase can be used.
 */
export function passphraseProblem(
  security: 'wpa2-wpa3' | 'wpa2' | 'wpa3',
  value: string,
  network: string,
): Problem | null {
  if (value === '')
    return problem('bad-passphrase', `The network ${network} has no passphrase.`, {
      remedy: 'Add the passphrase, or remove the network.',
    });
  if (security === 'wpa3') {
    const bytes = utf8Length(value);
    return bytes >= 1 && bytes <= 63
      ? null
      : problem('bad-passphrase', `The passphrase of the network ${network} has ${bytes} characters.`, {
          detail: 'A WPA3 passphrase has 1 to 63.',
          remedy: 'Type the passphrase of the network again.',
        });
  }
  if (/^[\x20-\x7e]{8,63}$/.test(value)) return null;
  if (/^[0-9A-Fa-f]{64}$/.test(value)) {
    if (security === 'wpa2') return null;
    return problem(
      'bad-passphrase',
      `The passphrase of the network ${network} is a derived key of 64 digits.`,
      {
        detail: 'Such a key only opens WPA2 networks, and this one may use WPA3.',
        remedy: 'Give the passphrase itself, or set the security to wpa2.',
      },
    );
  }
  return problem(
    'bad-passphrase',
    /^[\x20-\x7e]*$/.test(value)
      ? `The passphrase of the network ${network} has ${value.length} characters.`
      : `The passphrase of the network ${network} has a character that WPA2 does not allow.`,
    {
      detail: 'A WPA2 passphrase has 8 to 63 characters: English letters, digits, signs and spaces.',
      remedy: 'Type the passphrase of the network again.',
    },
  );
}

/**
 * crypt(5) hashes of the kinds that NixOS knows (nixos/modules/config/users-groups.nix warns about all others).
 * Never repeats the value: it could be the password itself.
 */
export const passwordHash = shaped(
  /^\$(?:y|gy|7|2[aby]|6)\$[A-Za-z0-9./,=-]+(?:\$[A-Za-z0-9./]+){1,3}$/,
  () =>
    problem('bad-password-hash', 'The console password is not a hash that NixOS accepts.', {
      detail: 'A recipe never holds the password itself, only its hash, which begins with $y$ or $6$.',
      remedy: 'Make one with: mkpasswd',
    }),
  'The password hashed by crypt(3), as mkpasswd prints it. Never the password itself.',
);

/** POSIX locale names as glibc lists them; whether it exists shows only when the image is built. */
export const locale = shaped(
  /^(?:C|POSIX|[a-z]{2,3}(?:_[A-Z]{2})?)(?:\.[A-Za-z0-9-]{1,20})?(?:@[a-z]{1,20})?$/,
  (value) =>
    problem('bad-locale', `${quoted(value)} is not a locale.`, {
      remedy: 'Write language, country and encoding, such as sv_SE.UTF-8.',
    }),
  'Language and formats, such as en_US.UTF-8.',
);

export const keyMap = shaped(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
  (value) =>
    problem('bad-key-map', `${quoted(value)} is not a keyboard layout.`, {
      remedy: 'Write a name that loadkeys knows, such as us or de-latin1.',
    }),
  'Keyboard layout of the console, such as us or sv-latin1.',
);

/** setfont(8) takes a name without its folder and ending. Those of Terminus begin with `ter-`. */
export const consoleFont = shaped(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
  (value) =>
    problem('bad-console-font', `${quoted(value)} is not a font of the console.`, {
      remedy:
        'Write a name that setfont knows, such as ter-v32n or LatArCyrHeb-16, or null for the usual one.',
    }),
  'Font of the console, such as ter-v32n for screens with many dots.',
);

/** Names of the time zone database: at most three parts of letters, digits, _, + and -. */
export const timeZone = shaped(
  /^[A-Za-z][A-Za-z0-9_+-]{0,31}(?:\/[A-Za-z][A-Za-z0-9_+-]{0,31}){0,2}$/,
  (value) =>
    problem('bad-time-zone', `${quoted(value)} is not a time zone.`, {
      remedy: 'Write a name of the time zone database, such as UTC or Europe/Stockholm.',
    }),
  'Time zone, such as Europe/Stockholm.',
);

/** nixpkgs uses the name unquoted in a shell script (nixos/modules/installer/cd-dvd/iso-image.nix). */
export const fileName = shaped(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,100}$/,
  (value) =>
    problem('bad-file-name', `${quoted(value)} can not be the name of the image file.`, {
      detail: 'The name has up to 101 English letters, digits and . _ + -, no spaces, and no folders.',
      remedy: 'Choose a name such as nixos-attic.',
    }),
  'File name of the image; .iso is added.',
);

/** ISO 9660 (ECMA-119 section 8.4.8) has 32 d-characters; the stick finds its own root by this label. */
export const volumeId = shaped(
  /^[A-Z0-9_]{1,32}$/,
  (value) =>
    problem('bad-volume-id', `${quoted(value)} can not be the label of the stick.`, {
      detail: `The label has 1 to 32 of A–Z, 0–9 and _; this one has ${value.length} characters.`,
      remedy: 'Choose a label such as NIXOS_ATTIC.',
    }),
  'Volume label of the image: how the stick finds itself when it starts.',
  { minLength: 1, maxLength: 32 },
);

/** nixpkgs puts it into the label and the file name that it would choose itself (iso-image.nix), unquoted in a shell. */
export const edition = shaped(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/,
  (value) =>
    problem('bad-edition', `${quoted(value)} can not be the edition of the image.`, {
      detail:
        'The edition has up to 32 English letters, digits and . _ -, and begins with a letter or digit.',
      remedy: 'Choose a word such as homelab, or null for that of NixOS.',
    }),
  'What kind of installer this is, such as homelab; NixOS itself has minimal and gnome.',
);

export const scriptName = shaped(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
  (value) =>
    problem('bad-script-name', `${quoted(value)} can not be the name of a script.`, {
      detail: 'A name has up to 64 English letters, digits and . _ + -, and begins with a letter or digit.',
      remedy: 'Choose a name such as auto-install.',
    }),
  'The command that runs the script on the stick.',
);

export const scriptText = text(
  (value) =>
    controlInLines.test(value)
      ? withoutControl('The script has an invisible control character in it.')
      : null,
  { description: 'The script, in bash.' },
);

export const moduleText = text(
  (value) => {
    if (controlInLines.test(value))
      return withoutControl('The extra NixOS module has an invisible control character in it.');
    return value.trim() === ''
      ? problem('bad-module', 'The extra NixOS module is empty.', {
          remedy: 'Write a module such as { }, or null for none.',
        })
      : null;
  },
  { description: 'A NixOS module.', minLength: 1 },
);

/** The name of an environment variable or a file in which something stands that the recipe needs. */
export const sourceName = (description: string) =>
  text(
    (value) =>
      value === '' || control.test(value)
        ? problem('bad-secret-source', 'The place of a secret or a certificate has no usable name.', {
            remedy: 'Name an environment variable or a file.',
          })
        : null,
    { description, minLength: 1 },
  );
