/** Where WiFi passphrases go, in one sentence each, and the consent that the readable place needs. */
import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import { changeWifi } from '../acts/wifi.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { useRecipe } from '../store.ts';
import { t } from '../words.ts';

function place(secrets: Recipe['wifi']['secrets']): void {
  changeWifi((wifi) => ({ ...wifi, secrets }));
}

export function WifiSecret(): React.JSX.Element {
  const { wifi } = useRecipe();
  const baked = wifi.secrets === 'baked';
  // Choosing it is not consenting to it: the recipe changes only with the consent.
  const [asked, setAsked] = useState(false);
  // Whoever undoes a step, or opens another recipe, has consented to what that says.
  const wanted = asked || baked;
  return (
    <section aria-labelledby="secret">
      <h2 id="secret">{t('Where the passphrase goes')}</h2>
      <div className="choices" role="radiogroup" aria-labelledby="secret">
        <label className="choice two-lines">
          <input
            type="radio"
            name="secrets"
            checked={!wanted}
            onChange={() => {
              setAsked(false);
              place('slot');
            }}
          />
          <span className="item-title">{t('Beside the image')}</span>
          <span className="muted">
            {t(
              'It is put on the stick when that is written, and stays out of the image and out of the Nix store.',
            )}
          </span>
        </label>
        <label className="choice two-lines">
          <input type="radio" name="secrets" checked={wanted} onChange={() => setAsked(true)} />
          <span className="item-title">{t('Inside the image')}</span>
          <span className="muted">
            {t('For sticks that another program writes; the passphrase is readable.')}
          </span>
        </label>
      </div>
      {wanted && (
        <div className="notice">
          <CircleAlert aria-hidden className="notice-icon" />
          <div className="notice-words">
            <label className="check consent">
              <input
                type="checkbox"
                checked={baked}
                onChange={(event) => {
                  setAsked(true);
                  place(event.target.checked ? 'baked' : 'slot');
                }}
              />
              {t('Anybody who can read the Nix store of the builder or the stick can read this passphrase.')}
            </label>
            <p className="muted">
              {baked
                ? t('You accepted this.')
                : t('Until you accept this, passphrases stay out of the image.')}
            </p>
          </div>
        </div>
      )}
    </section>
  );
}
