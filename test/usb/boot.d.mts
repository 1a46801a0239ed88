export interface BootOptions {
  /** Path of a raw image; it is not written to. */
  image: string;
  firmware: 'bios' | 'uefi';
  /** The machine is ended after this, whatever it is doing. */
  timeoutMs: number;
  memoryMiB?: number;
  /** Paths of raw images that are internal SATA drives; they are not written to. */
  drives?: string[];
}

export interface BootResult {
  /** What came from the serial port, and then what QEMU itself complained about. */
  serial: string;
  /** Whether the system said that it has started. */
  booted: boolean;
  /** From power-on to that, or to the end. */
  millis: number;
}

export function bootStick(options: BootOptions): Promise<BootResult>;
