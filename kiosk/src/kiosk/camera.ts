/** The camera: looks at its pictures several times a second until one of them holds a QR code. */

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const LOOK_MS = 120;
const LONGEST_SIDE = 960;

/** How far the camera is. */
export type CameraState = "opening" | "looking" | "none";

/** One camera, started and stopped as screens come and go. */
export class Camera {
  readonly video = document.createElement("video");
  private stream: MediaStream | null = null;
  private turn = 0;

  /** wasm: the address of the reader's module, which is our own server's. */
  constructor(
    wasm: string,
    private readonly found: (text: string) => void,
    private readonly changed: (state: CameraState) => void,
  ) {
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.setAttribute("aria-hidden", "true");
    prepareZXingModule({ overrides: { locateFile: () => wasm } });
  }

  /** Open the camera and look until `stop`. */
  async start(): Promise<void> {
    this.stop();
    const turn = this.turn;
    this.changed("opening");
    const stream = await openStream();
    if (turn !== this.turn) {
      closeStream(stream);
      return;
    }
    if (stream === null) {
      this.changed("none");
      return;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    try {
      await this.video.play();
    } catch {
      // Stopped meanwhile, or taken out of the page for a moment: looking goes on as long as pictures come.
    }
    if (turn === this.turn) {
      this.changed("looking");
      await this.look(turn);
    }
  }

  /** Close the camera; its light goes out. */
  stop(): void {
    this.turn += 1;
    closeStream(this.stream);
    this.stream = null;
    this.video.srcObject = null;
  }

  private async look(turn: number): Promise<void> {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    while (turn === this.turn && context !== null) {
      const text = await this.readPicture(canvas, context);
      if (turn !== this.turn) {
        return;
      }
      if (text !== null) {
        this.found(text);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  private async readPicture(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): Promise<string | null> {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0 || videoHeight === 0) {
      return null;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    context.drawImage(this.video, 0, 0, canvas.width, canvas.height);
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    // The picture shows a secret: nothing of it stays behind.
    context.clearRect(0, 0, canvas.width, canvas.height);
    try {
      const [code] = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
      return code?.isValid === true ? code.text : null;
    } catch {
      return null;
    } finally {
      picture.data.fill(0);
    }
  }
}

async function openStream(): Promise<MediaStream | null> {
  try {
    // The camera that faces the voter, where there are two.
    const video = { facingMode: { ideal: "user" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch {
    return null;
  }
}

function closeStream(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}
