/** Console passwords, hashed as crypt(3) does: by the vectors of its author, and compared with OpenSSL's own. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashPassword, sha512Crypt } from '../../src/main/system/password-hash.ts';
import { checkRecipe } from '../../src/shared/recipe.ts';
import { recipeNamed } from '../recipes.ts';

describe('a hash', () => {
  // From the reference implementation in "Unix crypt using SHA-256 and SHA-512" (public domain, Ulrich Drepper).
  test.each([
    [
      'Hello world!',
      'saltstring',
      5000,
      '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
    ],
    [
      'Hello world!',
      'saltstringsaltstring',
      10_000,
      '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
    ],
    [
      'This is just a test',
      'toolongsaltstring',
      5000,
      '$6$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
    ],
    [
      'a very much longer text to encrypt.  This one even stretches over morethan one line.',
      'anotherlongsaltstring',
      1400,
      '$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1',
    ],
    [
      'we have a short salt string but not a short password',
      'short',
      77_777,
      '$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0',
    ],
    [
      'a short string',
      'asaltof16chars..',
      123_456,
      '$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1',
    ],
  ])('of %j with the salt %s is the published one', async (password, salt, rounds, hash) => {
    expect(await sha512Crypt(password, salt, rounds)).toBe(hash);
  });

  test('of any password is what OpenSSL makes of it', async () => {
    const salt = fc.stringMatching(/^[./0-9A-Za-z]{1,16}$/);
    const password = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 90 })
      .filter((text) => !/[\0\n\r]/.test(text));
    await fc.assert(
      fc.asyncProperty(password, salt, async (words, seasoning) => {
        const theirs = execFileSync('openssl', ['passwd', '-6', '-salt', seasoning, '-stdin'], {
          input: `${words}\n`,
          encoding: 'utf8',
        });
        expect(await sha512Crypt(words, seasoning, 5000)).toBe(theirs.trim());
      }),
      { numRuns: 30 },
    );
  });
});

describe('a console password', () => {
  test('becomes a hash that a recipe takes, another one each time', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    if (!one.ok || !other.ok) throw new Error('refused');
    expect(one.value).toMatch(/^\$6\$rounds=100000\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
    expect(one.value).not.toBe(other.value);
    const recipe = { ...recipeNamed('minimal'), console: { password: { hashed: one.value } } };
    expect(checkRecipe(recipe)).toHaveProperty('recipe');
  });

  test.each(['', 'a\nb', 'a\u0000', 'x'.repeat(501), '\ud800'])(
    '%j is refused with a sentence',
    async (password) => {
      const hashed = await hashPassword(password);
      expect(hashed).toMatchObject({ ok: false, problem: { code: 'bad-password' } });
      if (password !== '')
        expect(JSON.stringify(hashed)).not.toContain(JSON.stringify(password).slice(1, -1));
    },
  );
});
