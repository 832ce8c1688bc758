// The serial number of a device by the camera, where the browser can read barcodes.

import { h } from "./dom.js";

const FORMATS = ["code_128", "code_39", "ean_13", "data_matrix", "qr_code"];

export function canScan() {
  return "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);
}

/** Show what the camera sees until a code is in it; `found(code)` at most once, `failed(why)` without one. */
export async function scan(found, failed, words) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    failed(words.say("scan_failed"));
    return;
  }
  const video = h("video", { playsinline: true, muted: true });
  const dialog = h("dialog.camera", {}, video, h("button.plain", { type: "button", on: { click: () => dialog.close() } }, words.say("scan_stop")));
  dialog.addEventListener("close", () => { stream.getTracks().forEach((track) => track.stop()); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  video.srcObject = stream;
  await video.play();
  const detector = new BarcodeDetector({ formats: FORMATS });
  while (dialog.open) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code) {
      found(code.rawValue.trim().slice(0, 40));
      dialog.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
