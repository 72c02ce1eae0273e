"""How addresses are written down, so that the same person is found again."""

import unicodedata

import phonenumbers


def fold_email(value: str) -> str:
    """Return an e-mail address as it is kept: NFKC (for 全角), trimmed, case-folded."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def fold_phone(value: str, *, country: str = "JP") -> str:
    """Return a phone number in E.164, or "" if it is none (ITU-T E.164, by libphonenumber)."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", value), country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(value: str, *, country: str = "JP") -> str:
    """Return an E.164 number as people of ``country`` write it, others with their country code."""
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return value
    home = number.country_code == phonenumbers.country_code_for_region(country)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if home else style.INTERNATIONAL)


def mask_email(value: str) -> str:
    """Return an address as it is shown where anybody may look: 「al•••@example.com」."""
    local, _, domain = value.rpartition("@")
    return f"{local[: min(2, len(local) - 1)]}•••@{domain}"
