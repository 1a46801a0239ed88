/** Which key opens the boot menu, by maker, as the makers' support pages say it. */
import { msg, type Message } from './words.ts';

export const bootKeys: { vendor: string; keys: string; note: Message | null }[] = [
  { vendor: 'Acer', keys: 'F12', note: msg('Turn “F12 Boot Menu” on in the settings first (F2).') },
  { vendor: msg('Apple with Intel'), keys: '⌥ Option', note: msg('Hold it from the chime on.') },
  { vendor: 'ASRock', keys: 'F11', note: null },
  { vendor: 'ASUS', keys: 'F8', note: msg('Laptops: Esc.') },
  { vendor: 'Dell', keys: 'F12', note: null },
  { vendor: 'Framework', keys: 'F12', note: null },
  { vendor: 'Fujitsu', keys: 'F12', note: null },
  { vendor: 'Gigabyte', keys: 'F12', note: null },
  { vendor: 'HP', keys: 'F9', note: msg('Press Esc first.') },
  { vendor: 'Intel NUC', keys: 'F10', note: null },
  { vendor: 'Lenovo', keys: 'F12', note: msg('IdeaPad: the small Novo button.') },
  {
    vendor: 'Microsoft Surface',
    keys: msg('Volume down'),
    note: msg('Hold it while you press the power button.'),
  },
  { vendor: 'MSI', keys: 'F11', note: null },
  { vendor: 'Supermicro', keys: 'F11', note: null },
  { vendor: 'Toshiba, Dynabook', keys: 'F12', note: null },
];
