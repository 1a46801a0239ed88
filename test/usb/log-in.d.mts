export interface Login {
  /** Of this computer. */
  port: number;
  user: 'root' | 'nixos';
  /** Path of the private key. */
  key: string;
  command: string;
  /** The line of the public key that the machine must prove to have; where it is not given, any will do. */
  hostKey?: string;
  /** Arguments for ssh that say which host keys it knows, in place of `hostKey`. */
  known?: string[];
}

export function logIn(login: Login): Promise<string>;
