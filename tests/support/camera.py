"""What a kiosk's camera sees: a printed slip held before it, as a film that Chromium takes for its camera's."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy
import pymupdf

from tests.support.printed_files import CAPTION, DPI, MM

WIDTH, HEIGHT, FRAMES = 640, 480, 10
TILT_DEGREES = 7


def film_slip(pdf: Path, film: Path, place: int = 0) -> tuple[str, str]:
    """Write a film of one slip of a sheet, held a little askew, and return the browser's flags that show it."""
    frame = _hold(_crop_slip(pdf, place))
    planes = _split_into_planes(frame)
    with film.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420mpeg2\n".encode())
        for _ in range(FRAMES):
            file.write(b"FRAME\n" + planes)
    return "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"


def _crop_slip(pdf: Path, place: int) -> numpy.ndarray:
    page = pymupdf.open(pdf)[0]
    caption = page.search_for(CAPTION)[place]
    middle = (caption.x0 + caption.x1) / 2
    area = pymupdf.Rect(middle - 24 * MM, caption.y0 - 43 * MM, middle + 24 * MM, caption.y1)
    pixels = page.get_pixmap(dpi=DPI, clip=area, colorspace=pymupdf.csGRAY)
    return numpy.frombuffer(pixels.samples, dtype=numpy.uint8).reshape(pixels.height, pixels.width)


def _hold(slip: numpy.ndarray) -> numpy.ndarray:
    scale = 0.8 * HEIGHT / max(slip.shape)
    paper = cv2.resize(slip, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = numpy.full((HEIGHT, WIDTH), 90, dtype=numpy.uint8)
    top, left = (HEIGHT - paper.shape[0]) // 2, (WIDTH - paper.shape[1]) // 2
    frame[top : top + paper.shape[0], left : left + paper.shape[1]] = paper
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), TILT_DEGREES, 1.0)
    return cv2.GaussianBlur(cv2.warpAffine(frame, turn, (WIDTH, HEIGHT), borderValue=90), (3, 3), 0)


def _split_into_planes(frame: numpy.ndarray) -> bytes:
    grey = bytes([128]) * (WIDTH * HEIGHT // 4)
    return frame.tobytes() + grey + grey
