"""What may be uploaded, and in what shape it is kept: one place for every form.

A file is judged by its content, never by its name or what the browser says of it. Pictures are
drawn anew, which drops location data and anything hidden behind the picture (OWASP ASVS 5.0, V5).
"""

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MAX_FILES = 5
MAX_BYTES = 10 * 1024 * 1024
# A picture is decoded only up to this many pixels, so that a small file cannot fill the memory.
MAX_PIXELS = 50_000_000
# Longest side of a kept picture: enough to read a label on a photographed parcel.
MAX_SIDE = 2400
PDF = "application/pdf"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", PDF: ".pdf"}
# For the `accept` attribute of a file field.
ACCEPT = ",".join([*PICTURES, PDF])
_UNSAFE = re.compile(r"[^\w.\- ()（）［］ー・]+")


class Refused(Exception):
    """A file that may not be uploaded; ``code`` is stable, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Upload:
    """A file as it may be kept: a safe name, its media type and its content."""

    name: str
    media: str
    content: ContentFile

    @property
    def size(self) -> int:
        """The size in bytes."""
        return int(self.content.size)


def accept(files: Sequence[UploadedFile]) -> list[Upload]:
    """Return the files as they may be kept; raises Refused for the first that may not be."""
    if len(files) > MAX_FILES:
        raise Refused("too_many", _("Please attach up to %(n)d files.") % {"n": MAX_FILES})
    return [_accept(file) for file in files]


def _accept(file: UploadedFile) -> Upload:
    name = safe_name(file.name or "")
    if not file.size:
        raise Refused("empty", _("“%(name)s” is empty. Please choose it again.") % {"name": name})
    if file.size > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise Refused(
            "too_large",
            _("“%(name)s” is larger than %(n)d MB. Please attach a smaller file.")
            % {"name": name, "n": limit},
        )
    data = file.read()
    media = filetype.guess_mime(data[:8192]) or ""
    if media == PDF:
        return Upload(_ending(name, media), media, ContentFile(data))
    if media in PICTURES:
        return Upload(_ending(name, media), media, ContentFile(_drawn_anew(data, media, name)))
    raise Refused(
        "wrong_type",
        _("“%(name)s” cannot be attached. Please use a JPEG, PNG or WebP picture, or a PDF.")
        % {"name": name},
    )


def _drawn_anew(data: bytes, media: str, name: str) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=[PICTURES[media]]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError("too many pixels")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            if media == "image/jpeg" and upright.mode not in ("RGB", "L"):
                upright = upright.convert("RGB")
            upright.info.clear()
            drawn = io.BytesIO()
            upright.save(drawn, format=PICTURES[media], quality=88)
            return drawn.getvalue()
    # Pillow raises whatever a broken or hostile file leads it to.
    except Exception as error:
        raise Refused(
            "broken",
            _("“%(name)s” could not be read as a picture. Please try another file.")
            % {"name": name},
        ) from error


def safe_name(name: str) -> str:
    """Return a file name without path, control or markup characters, at most 80 long."""
    last = PurePath(unicodedata.normalize("NFKC", name).replace("\\", "/")).name
    kept = _UNSAFE.sub("_", last).strip(" ._") or "file"
    stem, dot, ending = kept.rpartition(".")
    return f"{(stem or kept)[:80]}{dot}{ending[:8]}" if dot else kept[:80]


def _ending(name: str, media: str) -> str:
    """Give a name the ending of what the file really is."""
    stem, dot, ending = name.rpartition(".")
    if dot and f".{ending.lower()}".replace(".jpeg", ".jpg") == ENDINGS[media]:
        return name
    return f"{stem or name}{ENDINGS[media]}"
