"""Logs carry ids: what looks personal is masked before it is written."""

import io
import json
import logging

import pytest

from portal.logs import MASK, Impersonal, JsonFormatter, failure, impersonal


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("mail to alice@example.com failed", "alice@example.com"),
        ("a.b+c@mail.example.co.jp", "a.b+c@mail.example.co.jp"),
        ("call 090-1234-5678 now", "090-1234-5678"),
        ("call 03 1234 5678", "03 1234 5678"),
        ("call +81 90-1234-5678", "90-1234-5678"),
        ("GET /webhooks/rest/webhook?token=s3cr3t-t0ken HTTP/1.1", "s3cr3t-t0ken"),
        ("GET /ja/help/?q=住所変更&page=2", "住所変更"),
        ("GET /x?code=123456", "123456"),
    ],
)
def test_what_looks_personal_is_masked(text, hidden):
    masked = impersonal(text)
    assert hidden not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "order.fed order=1042",
        "GET /ja/orders/HT-20261121-0042/ 200",
        "took 0.123 s, 10000 rows",
        "2026-11-21T10:00:00.123+00:00",
        "6f1b1d2e-0012-4000-8000-0123456789ab",
    ],
)
def test_ids_numbers_and_times_stay_readable(text):
    assert impersonal(text) == text


@pytest.fixture
def written():
    """A logger as the settings make it, and what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(Impersonal())
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.propagate = True


def test_a_line_is_one_json_object_with_its_extras(written):
    logger, lines = written
    logger.warning("order.fed", extra={"order": 7})
    (line,) = lines()
    assert (line["message"], line["order"], line["level"]) == ("order.fed", 7, "WARNING")
    assert line["at"] and line["logger"] == "tests.logs"


def test_arguments_extras_and_tracebacks_are_masked_too(written):
    logger, lines = written
    try:
        raise ValueError("no such person: alice@example.com")
    except ValueError:
        logger.exception("for %s", "bob@example.com", extra={"to": "carol@example.com"})
    (line,) = lines()
    assert "example.com" not in json.dumps(line)
    assert "no such person" not in json.dumps(line), "an error's own words may quote a row"
    assert line["exc_info"].endswith("ValueError\n")
    assert "test_logs.py" in line["exc_info"]


def test_what_went_wrong_is_told_with_what_was_behind_it_and_none_of_their_words(caplog):
    log = logging.getLogger("tests.logs")
    try:
        try:
            raise KeyError("canary-1")
        except KeyError as first:
            raise RuntimeError("canary-2") from first
    except RuntimeError as error:
        failure(log, "thing.failed", error, thing=7)
    (record,) = caplog.records
    assert (record.getMessage(), record.error, record.thing) == ("thing.failed", "RuntimeError", 7)
    assert record.places.index("KeyError") < record.places.index("RuntimeError")
    assert "canary" not in caplog.text + record.places


def test_an_error_keeps_its_places_and_loses_its_words(written):
    logger, lines = written
    try:
        try:
            raise KeyError("有栖 花")
        except KeyError as error:
            raise ValueError("Failing row contains (有栖 花)") from error
    except ValueError:
        logger.exception("row.failed")
    (line,) = lines()
    assert "有栖" not in json.dumps(line, ensure_ascii=False)
    told = line["exc_info"]
    assert told.index("KeyError") < told.index("ValueError")
    assert "test_logs.py" in told


@pytest.mark.parametrize("path", ["/ja/help/arisu-hana/", "/ja/orders/有栖/", "/有栖 花"])
def test_what_was_typed_into_a_path_stays_out(written, rf, path):
    logger, lines = written
    request = rf.get("/")
    request.path = path
    logger.warning("Not Found: %s", path, extra={"request": request})
    text = json.dumps(lines()[0], ensure_ascii=False)
    assert "有栖" not in text and "arisu" not in text


def test_a_path_that_takes_nothing_is_named(written, rf):
    logger, lines = written
    logger.warning("Slow: /healthz", extra={"request": rf.get("/healthz")})
    assert (lines()[0]["message"], lines()[0]["request"]) == ("Slow: /healthz", "/healthz")


def test_a_newline_cannot_forge_a_second_line(written):
    logger, lines = written
    logger.warning("one\n%s", '{"level": "ERROR"}')
    assert len(lines()) == 1
