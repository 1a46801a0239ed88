export interface BootOptions {
  /** Path of a raw image; it is not written to. */
  image: string;
  firmware: 'bios' | 'uefi';
  /** The machine is ended after this, whatever it is doing. */
  timeoutMs: number;
  memoryMiB?: number;
  /** Paths of raw images that are internal SATA drives; they are not written to. */
  drives?: string[];
  /**
   * Called when the system has started, and the machine runs until it is done. Its port 22 can then be reached through
   * a port of this computer; somebody listens there when the image has `fixture.sshd.enable`. `screenshot` writes what
   * its screen shows into a file, as PPM.
   */
  whileUp?: (machine: { sshPort: number; screenshot: (file: string) => Promise<void> }) => Promise<void>;
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
