/** Gives the page one door to the program, and nothing else of Electron or Node. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Door, Reply } from '../shared/contract.ts';

const door: Door = {
  send: (request) => ipcRenderer.send('nixburn:request', request),
  onReply(listener) {
    // The event itself stays here: through its `sender` a page could reach every channel.
    const hear = (_event: unknown, reply: Reply) => listener(reply);
    ipcRenderer.on('nixburn:reply', hear);
    return () => {
      ipcRenderer.off('nixburn:reply', hear);
    };
  },
  give(file) {
    // Empty for a file that the page made up: it can only hand on what a person has dropped.
    const path = webUtils.getPathForFile(file);
    if (path !== '') ipcRenderer.send('nixburn:file', path);
  },
};

contextBridge.exposeInMainWorld('nixburn', door);
