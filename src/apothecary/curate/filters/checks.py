"""Checks that tell numbers of persons, cards, accounts and machines from numbers that only look like them."""

from __future__ import annotations

import ipaddress
import re

# ISO 13616: characters of an IBAN by country.
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FO", "GL", "NL"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
}
_CARD_FORM = re.compile(r"\d{13,19}|\d{4}([ \-])\d{4}\1\d{4}\1\d{4}|\d{4}([ \-])\d{6}\2\d{4,5}")
# Visa, Mastercard, American Express, Discover, Diners Club, JCB.
_CARD_START = re.compile(r"4|5[1-5]|2[2-7]|3[47]|6(?:011|5|4[4-9])|3(?:0[0-5]|[68])|35")
_TOLL_FREE = ("800", "888", "877", "866", "855", "844", "833", "822")
# The largest second number of each enzyme class (EC 1 to 7); .97, .98 and .99 stand for `other`.
_ENZYME_CLASSES = {1: 23, 2: 10, 3: 13, 4: 8, 5: 6, 6: 6, 7: 6}


def check_luhn(digits: str) -> bool:
    """Whether the last of some digits is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def check_card(text: str) -> bool:
    """Whether digits, in one run or in the groups that are printed on cards, are the number of a card."""
    digits = re.sub(r"\D", "", text)
    formed = _CARD_FORM.fullmatch(text) and _CARD_START.match(digits)
    return bool(formed) and len(set(digits)) > 1 and check_luhn(digits)


def check_iban(text: str) -> bool:
    """Whether a text has the length of its country and the check digits of ISO 7064, mod 97-10."""
    plain = text.replace(" ", "")
    if len(plain) != _IBAN_LENGTHS.get(plain[:2]):
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def check_ssn(text: str) -> bool:
    """Whether three groups of digits can be a United States social security number (none issued with these parts)."""
    area, group, serial = text.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def check_phone(text: str) -> bool:
    """Whether a number has the digits of a telephone number, is no decimal number, and belongs to someone."""
    digits = re.sub(r"\D", "", text)
    if not 8 <= len(digits) <= 15 or re.fullmatch(r"\+?\d+\.\d+", text) or len(set(digits)) < 3:
        return False
    national = digits[1:] if digits[0] == "1" and len(digits) == 11 else digits
    return not (len(national) == 10 and national[:3] in _TOLL_FREE)


def check_ip(text: str) -> bool:
    """Whether a text is the address of a machine on the public net, and no enzyme number."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_global and not (address.version == 4 and _is_enzyme(text))


def _is_enzyme(text: str) -> bool:
    first, second, third, _ = map(int, text.split("."))
    return (
        second in (97, 98, 99) or second <= _ENZYME_CLASSES[first]
        if first in _ENZYME_CLASSES and third < 100
        else False
    )
