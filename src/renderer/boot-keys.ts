/** Which key opens the boot menu, by maker, as the makers' support pages say it. */
export const bootKeys: { vendor: string; keys: string; note: string }[] = [
  { vendor: 'Acer', keys: 'F12', note: 'Turn “F12 Boot Menu” on in the settings first (F2).' },
  { vendor: 'Apple with Intel', keys: '⌥ Option', note: 'Hold it from the chime on.' },
  { vendor: 'ASRock', keys: 'F11', note: '' },
  { vendor: 'ASUS', keys: 'F8', note: 'Laptops: Esc.' },
  { vendor: 'Dell', keys: 'F12', note: '' },
  { vendor: 'Framework', keys: 'F12', note: '' },
  { vendor: 'Fujitsu', keys: 'F12', note: '' },
  { vendor: 'Gigabyte', keys: 'F12', note: '' },
  { vendor: 'HP', keys: 'F9', note: 'Press Esc first.' },
  { vendor: 'Intel NUC', keys: 'F10', note: '' },
  { vendor: 'Lenovo', keys: 'F12', note: 'IdeaPad: the small Novo button.' },
  { vendor: 'Microsoft Surface', keys: 'Volume down', note: 'Hold it while you press the power button.' },
  { vendor: 'MSI', keys: 'F11', note: '' },
  { vendor: 'Supermicro', keys: 'F11', note: '' },
  { vendor: 'Toshiba, Dynabook', keys: 'F12', note: '' },
];
