/** Gives the page one door to the program, and nothing else of Electron or Node. */
import { contextBridge, ipcRenderer } from 'electron';
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
};

contextBridge.exposeInMainWorld('nixburn', door);
