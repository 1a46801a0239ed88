/** Enterprise WiFi (IEEE 802.1X, WPA-Enterprise): what a recipe says of it, and what of that belongs together. */
import { z } from 'zod';
import { problem, type Problem } from './problem.ts';
import { looksPrivate } from './public-key.ts';
import { fileSource, secretSource } from './recipe-secret.ts';
import { control, controlInLines, quoted, shaped, text, utf8Length, withoutControl } from './recipe-text.ts';

/** Bytes. The slot of a stick takes no more of one file; chains of certificates have a tenth of it. */
const longestPem = 65_536;

/** RFC 7468, section 2: a label, twice, and base64 between; older private keys have lines of `Name: value` before it. */
const pemBlock =
  /-----BEGIN ([A-Z0-9 ]+)-----[\t ]*\r?\n(?:[A-Za-z-]+: [^\r\n]*\r?\n)*\s*[A-Za-z0-9+/=][A-Za-z0-9+/=\s]*?-----END \1-----/g;

/** The labels of all PEM blocks; null where something between the dashes is not a whole block. */
function pemLabels(value: string): string[] | null {
  const labels = Array.from(value.matchAll(pemBlock), ([, label = '']) => label);
  const begun = value.match(/-----BEGIN /g) ?? [];
  return labels.length === 0 || labels.length !== begun.length ? null : labels;
}

/** One or more certificates. What is written between them is left alone: lists of authorities have comments. */
const certificate = text(
  (value) => {
    if (looksPrivate(value)) {
      return problem('private-key', 'A private key stands where a certificate belongs.', {
        detail: 'Certificates end up where everybody can read them. Nixburn has not kept the key.',
        remedy: 'Give the certificate here, and the key as clientKey.',
      });
    }
    if (controlInLines.test(value))
      return withoutControl('A certificate has an invisible control character in it.');
    const labels = pemLabels(value);
    if (value.length <= longestPem && labels?.every((label) => label === 'CERTIFICATE')) return null;
    return problem('bad-certificate', 'This is not a certificate in PEM form.', {
      detail:
        value.length > longestPem
          ? `It is longer than ${longestPem} characters.`
          : 'Such a file begins with -----BEGIN CERTIFICATE-----.',
      remedy: 'Convert it with: openssl x509 -inform der -in FILE -out FILE.pem',
    });
  },
  { description: 'One or more certificates in PEM form.', minLength: 1 },
);

/** What OpenSSL reads as a private key in PEM form, with a password or without. */
const keyLabels = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

/** Never repeats what was given. */
const privateKey = text(
  (value) => {
    const labels = pemLabels(value);
    const isKey = labels?.length === 1 && keyLabels.includes(labels[0] ?? '');
    if (isKey && value.length <= longestPem && !controlInLines.test(value)) return null;
    return problem('bad-client-key', 'The client’s key is not a private key in PEM form.', {
      detail: 'Such a file begins with -----BEGIN PRIVATE KEY----- and holds one key and nothing else.',
      remedy: 'Take it out of a .p12 file with: openssl pkcs12 -in FILE.p12 -nocerts -out key.pem',
    });
  },
  { description: 'The private key itself, in PEM form. Better: name a file.', minLength: 1 },
);

/** RFC 7542: a user name, with or without a realm. RADIUS takes 253 bytes (RFC 2865, section 5.1). */
const identityText = (isAnonymous: boolean, description: string) =>
  text(
    (value) => {
      if (control.test(value))
        return withoutControl(
          `The ${isAnonymous ? 'anonymous identity' : 'identity'} ${quoted(value)} has an invisible control character in it.`,
        );
      const bytes = utf8Length(value);
      if (bytes >= 1 && bytes <= 253) return null;
      const title = `The ${isAnonymous ? 'anonymous identity' : 'identity'} is ${bytes} bytes long.`;
      return problem('bad-identity', title, {
        detail: 'It has 1 to 253 bytes.',
        remedy: 'Write the name with which you sign in, such as ada@example.org.',
      });
    },
    { description, minLength: 1, maxLength: 253 },
  );

/** MS-CHAPv2 has room for 256 characters (RFC 2759, section 8.1). Never repeats the value. */
const passwordText = (of: 'network' | 'key') =>
  text(
    (value) => {
      if (control.test(value))
        return withoutControl(
          `The password of the ${of === 'key' ? 'key' : 'network'} has an invisible control character in it.`,
        );
      if (value.length >= 1 && value.length <= 256) return null;
      const title = `The password of the ${of === 'key' ? 'key' : 'network'} has ${value.length} characters.`;
      return problem('bad-password', title, {
        detail: 'It has 1 to 256.',
        remedy: 'Type it again.',
      });
    },
    {
      description: `The password of the ${of} itself. Better: name a file or an environment variable.`,
      minLength: 1,
    },
  );

/** The end of a host name (RFC 1123; RADIUS servers inside of companies also have `_`). */
const domain = shaped(
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*$/,
  (value) =>
    problem('bad-domain', `${quoted(value)} is not a domain.`, {
      detail: 'The name in the server’s certificate has to end in it.',
      remedy: 'Write a name such as radius.example.org or example.org.',
    }),
  'What the name in the server’s certificate has to end in, such as example.org.',
);

/** How a person proves who they are to an enterprise network. */
export const enterprise = z.strictObject({
  method: z.enum(['peap', 'ttls', 'tls']).meta({
    description: 'EAP method: peap and ttls take a password, tls a certificate and a key.',
  }),
  identity: identityText(false, 'User name, often with a realm: ada@example.org.'),
  anonymousIdentity: identityText(
    true,
    'What is said in place of the user name while everybody can listen, such as anonymous@example.org.',
  ).optional(),
  password: secretSource(
    passwordText('network'),
    'the password',
    'Password, or where to read it. For peap and ttls.',
  ).optional(),
  innerAuthentication: z.enum(['mschapv2', 'pap']).optional().meta({
    description:
      'How the password is checked inside of the tunnel: mschapv2 unless said otherwise; pap for ttls.',
  }),
  caCertificate: fileSource(
    certificate,
    'the certificate',
    'Certificate of the authority that vouches for the server, in PEM form, or the file it is in.',
  ).optional(),
  domain: domain.optional(),
  clientCertificate: fileSource(
    certificate,
    'the certificate',
    'Certificate of the client, in PEM form, or the file it is in. For tls.',
  ).optional(),
  clientKey: secretSource(
    privateKey,
    'the key',
    'Private key that belongs to the client’s certificate, in PEM form, or where to read it. For tls.',
  ).optional(),
  clientKeyPassword: secretSource(
    passwordText('key'),
    'the password of the key',
    'Password of the private key, where it has one.',
  ).optional(),
});

export type Enterprise = z.output<typeof enterprise>;

/** Whether OpenSSL asks for a password before it reads this key (RFC 5958, and RFC 1421 for older ones). */
export function isEncryptedKey(pem: string): boolean {
  return /-----BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED/.test(pem);
}

interface Misfit {
  field: keyof Enterprise;
  problem: Problem;
}

/**
 * What does not go with the chosen method.
 *
 * @param network its name, in quotes: `“Corp”`.
 */
export function enterpriseMisfits(given: Enterprise, network: string): Misfit[] {
  const { method, innerAuthentication, clientCertificate, clientKey, clientKeyPassword } = given;
  const found: Misfit[] = [];
  const needless = (field: keyof Enterprise, title: string) => {
    if (given[field] === undefined) return;
    const remedy = `Remove ${field}, or choose another method.`;
    found.push({ field, problem: problem('needless-field', title, { remedy }) });
  };
  if (method === 'tls') {
    needless('password', `The method ${method} of the network ${network} takes no password.`);
    needless(
      'innerAuthentication',
      `The method ${method} of the network ${network} takes no inner authentication.`,
    );
    if (clientCertificate === undefined) {
      found.push({
        field: 'clientCertificate',
        problem: problem(
          'missing-client-certificate',
          `The client’s certificate for the network ${network} is missing.`,
          {
            remedy: 'Add it in PEM form, or name the file it is in.',
          },
        ),
      });
    }
  } else {
    needless(
      'clientCertificate',
      `The method ${method} of the network ${network} takes no certificate of the client.`,
    );
    const noKey = `The method ${method} of the network ${network} takes no key of the client.`;
    needless('clientKey', noKey);
    needless('clientKeyPassword', noKey);
    if (method === 'peap' && innerAuthentication === 'pap') {
      found.push({
        field: 'innerAuthentication',
        problem: problem(
          'bad-inner-authentication',
          `The method peap of the network ${network} can not check a password by pap.`,
          {
            remedy: 'Choose mschapv2, or the method ttls.',
          },
        ),
      });
    }
  }
  if (typeof clientKey === 'string' && isEncryptedKey(clientKey) && clientKeyPassword === undefined) {
    found.push({
      field: 'clientKeyPassword',
      problem: problem(
        'missing-key-password',
        `The client’s key for the network ${network} has a password, which is missing.`,
        {
          remedy: 'Add it, or name a file or an environment variable that holds it.',
        },
      ),
    });
  }
  return found;
}

/** The secret without which nobody joins; null where it is there. */
export function missingEnterpriseSecret({
  method,
  password,
  clientKey,
}: Enterprise): 'password' | 'clientKey' | null {
  if (method === 'tls') return clientKey === undefined ? 'clientKey' : null;
  return password === undefined ? 'password' : null;
}
