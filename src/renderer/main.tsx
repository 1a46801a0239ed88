/** Starts the window. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/steps.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { begin } from './acts.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
void begin();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
