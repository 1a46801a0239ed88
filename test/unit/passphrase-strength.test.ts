/** The estimate of a passphrase errs on the safe side where it can tell, and never falls with a longer one for no reason. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passphraseStrength } from '../../src/shared/passphrase-strength.ts';

describe('the strength of a passphrase', () => {
  test.each([
    ['', 'very-weak'],
    ['password', 'very-weak'],
    ['Passw0rd', 'very-weak'],
    ['P@ssw0rd1', 'very-weak'],
    ['nixos', 'very-weak'],
    ['aaaaaaaaaaaaaaaaaaaa', 'very-weak'],
    ['12345678901234567890', 'very-weak'],
    ['qwertyuiop', 'very-weak'],
    ['sunshine', 'very-weak'],
    ['correct horse', 'very-weak'],
    ['correct horse battery', 'weak'],
    ['horse horse horse horse horse horse', 'very-weak'],
    ['7hK2mQ9x', 'fair'],
    ['correct horse battery staple', 'weak'],
    ['correct horse battery staple orange', 'fair'],
    ['correct horse battery staple orange kettle', 'strong'],
    ['7hK2mQ9xWp4z', 'strong'],
    ['ünwahrscheinlich krumme äpfel rollen bergauf heute', 'strong'],
  ])('%j is %s', (passphrase, verdict) => {
    const { words, ...strength } = passphraseStrength(passphrase);
    expect(strength).toMatchObject({ verdict });
    expect(words).toMatch(/\.$/);
  });

  test('is enough where somebody did what the advice says', () => {
    const { words } = passphraseStrength('password');
    expect(words).toContain('five or more words that do not belong together');
    expect(passphraseStrength('copper lantern walrus tuesday gravel').verdict).toBe('fair');
  });

  test('never repeats the passphrase, and is a whole number of bits', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'binary' }), (passphrase) => {
        const { bits, words } = passphraseStrength(passphrase);
        expect(Number.isInteger(bits) && bits >= 0).toBe(true);
        expect(words).not.toContain(passphrase);
      }),
    );
  });

  test('of random letters and digits grows with each', () => {
    const random = fc.string({
      minLength: 4,
      maxLength: 30,
      unit: fc.constantFrom(...'bdgkmpvz2579BDGKMPVZ'),
    });
    fc.assert(
      fc.property(random, random, (one, other) => {
        expect(passphraseStrength(`${one}9B${other}`).bits).toBeGreaterThanOrEqual(
          passphraseStrength(`9B${other}`).bits,
        );
      }),
    );
  });
});
