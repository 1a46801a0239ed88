export interface Login {
  /** Of this computer. */
  port: number;
  user: 'root' | 'nixos';
  /** Path of the private key. */
  key: string;
  command: string;
}

export function logIn(login: Login): Promise<string>;
