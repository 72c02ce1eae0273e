"""What may be uploaded, and in what shape it is kept."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from portal import uploads


def picture(kind="JPEG", size=(40, 30), **options) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "green").save(drawn, kind, **options)
    return drawn.getvalue()


def upload(name, content, media="image/jpeg"):
    return SimpleUploadedFile(name, content, media)


def refusal(*files):
    with pytest.raises(uploads.Refused) as refused:
        uploads.accept(files)
    return refused.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_kept(kind):
    [kept] = uploads.accept([upload("茶碗の写真.jpg", picture(kind))])
    assert kept.media == f"image/{kind.lower()}"
    with Image.open(kept.content) as again:
        assert again.size == (40, 30)


def test_location_data_is_dropped():
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture(exif=exif)
    assert b"Secret Camera" in data
    [kept] = uploads.accept([upload("a.jpg", data)])
    assert b"Secret Camera" not in kept.content.read()
    kept.content.seek(0)
    assert not Image.open(kept.content).getexif()


def test_a_picture_taken_sideways_stands_upright_without_its_exif():
    exif = Image.Exif()
    exif[0x0112] = 6
    [kept] = uploads.accept([upload("a.jpg", picture(exif=exif))])
    assert Image.open(kept.content).size == (30, 40)


def test_what_hides_behind_a_picture_is_dropped():
    [kept] = uploads.accept([upload("a.jpg", picture() + b"<script>alert(1)</script>")])
    assert b"<script>" not in kept.content.read()


def test_a_large_picture_is_made_smaller():
    [kept] = uploads.accept([upload("a.png", picture("PNG", (5000, 100)))])
    assert Image.open(kept.content).width == uploads.MAX_SIDE


def test_a_pdf_is_kept():
    [kept] = uploads.accept([upload("領収書.pdf", b"%PDF-1.7\n%%EOF", "application/pdf")])
    assert (kept.name, kept.media) == ("領収書.pdf", uploads.PDF)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\x00" + b"\x00" * 60,
        b"GIF89a" + b"\x00" * 20,
        b"plain words",
    ],
)
def test_other_types_are_refused_whatever_they_are_called(content):
    assert refusal(upload("photo.jpg", content)).code == "wrong_type"


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "添付いただけません"), ("en", "cannot be attached")]
)
def test_a_refusal_says_what_to_do_in_both_languages(language, words):
    with translation.override(language):
        assert words in refusal(upload("a.exe", b"MZ\x90\x00")).text


def test_a_broken_picture_is_refused():
    assert refusal(upload("a.jpg", picture()[:200])).code == "broken"


def test_a_pixel_bomb_is_refused_before_it_is_decoded():
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert bomb.tell() < 1_000_000
    assert refusal(upload("a.png", bomb.getvalue())).code == "broken"


def test_an_empty_file_is_refused():
    assert refusal(upload("a.jpg", b"")).code == "empty"


def test_a_file_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 100)
    assert refusal(upload("a.jpg", picture())).code == "too_large"


def test_too_many_files_are_refused():
    files = [upload("a.jpg", picture()) for _ in range(uploads.MAX_FILES + 1)]
    assert refusal(*files).code == "too_many"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\cup.JPG", "cup.JPG"),
        ("<img src=x onerror=alert(1)>.jpg", "img src_x onerror_alert(1)_.jpg"),
        ("", "file.jpg"),
        ("a" * 300 + ".jpg", "a" * 80 + ".jpg"),
        ("photo.pdf", "photo.jpg"),
    ],
)
def test_names_are_made_safe_and_end_in_what_the_file_is(given, kept):
    file = upload("x", picture())
    file._name = given
    [made] = uploads.accept([file])
    assert made.name == kept
