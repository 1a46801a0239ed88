/** Starts the window. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/base.css';
import './styles/window.css';
import './styles/controls.css';
import './styles/cards.css';
import './styles/jobs.css';
import './styles/stations.css';
import './styles/code.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { begin } from './acts/begin.ts';
import { followLanguage } from './acts/language.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
// A file that is dropped beside its place would take the window's own place.
for (const name of ['dragover', 'drop'] as const)
  window.addEventListener(name, (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
void begin();
// A language that can not be had is English; a window that does not come is none.
await followLanguage('system').catch(() => {});
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
