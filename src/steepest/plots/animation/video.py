"""Video: frames as the bytes of an MP4, encoded by the program ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError

__all__ = ["film"]

SAME = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "1")  # the same bytes


def film(frames: list[NDArray[np.uint8]], fps: float, hold: float) -> bytes:
    """Frames (height, width, 3) as an MP4; the last one lasts ``hold`` seconds.

    Raises
    ------
    UsageError
        If ffmpeg is missing or fails.
    """
    program = which("ffmpeg")
    if program is None:
        raise UsageError("an MP4 needs the program ffmpeg, which is not installed: install it, or write a .gif")
    height, width = (size - size % 2 for size in frames[0].shape[:2])
    shown = [*frames, *[frames[-1]] * max(0, round(hold * fps) - 1)]
    data = b"".join(np.ascontiguousarray(frame[:height, :width]).tobytes() for frame in shown)
    source = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-")
    with TemporaryDirectory() as folder:
        target = Path(folder, "film.mp4")
        coded = ("-an", "-pix_fmt", "yuv420p", "-movflags", "+faststart", *SAME, str(target))
        done = subprocess.run([program, "-v", "error", *source, *coded], input=data, capture_output=True, check=False)
        if done.returncode or not target.is_file():
            lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason was given"]
            raise UsageError(f"ffmpeg could not write the MP4: {lines[-1][:200]}")
        return target.read_bytes()
