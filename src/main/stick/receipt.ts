/** Writes down what a success left behind: which image, on which drive, when, and how it was proved. */
import type { Drive, Receipt, SourceImage } from '../../shared/contract.ts';
import type { Result } from '../../writer/order.ts';

/** @param times when the job began and ended */
export function makeReceipt(
  action: Receipt['action'],
  image: SourceImage,
  drive: Drive,
  result: Result,
  times: { startedAt: Date; finishedAt: Date },
  version: string,
): Receipt {
  const { path, vendor, model, serial, bus } = drive;
  return {
    schema: 1,
    action,
    image: {
      fileName: image.fileName,
      bytes: image.bytes,
      sha256: result.sha256,
      volumeId: image.volumeId,
      name: image.name,
    },
    // A practice stick is as large as what was put on it.
    drive: { path, vendor, model, serial, bytes: drive.bytes || result.bytesVerified, bus },
    startedAt: times.startedAt.toISOString(),
    finishedAt: times.finishedAt.toISOString(),
    bytesWritten: result.bytesWritten,
    bytesKept: result.bytesKept,
    bytesVerified: result.bytesVerified,
    writeMillis: result.writeMillis,
    verifyMillis: result.verifyMillis,
    writeRate: rateOf(result.bytesWritten, result.writeMillis),
    verifyRate: rateOf(result.bytesVerified, result.verifyMillis),
    repairs: result.repairs,
    version,
  };
}

function rateOf(bytes: number, millis: number): number | null {
  return bytes === 0 || millis === 0 ? null : Math.round((bytes / millis) * 1000);
}
