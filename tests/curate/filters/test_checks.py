import pytest

from apothecary.curate.filters.checks import check_card, check_iban, check_ip, check_luhn, check_phone, check_ssn


@pytest.mark.parametrize(
    ("check", "text", "passes"),
    [
        pytest.param(check_luhn, "79927398713", True, id="Luhn"),
        pytest.param(check_luhn, "79927398710", False, id="Luhn, wrong digit"),
        pytest.param(check_card, "4111-1111-1111-1111", True, id="card"),
        pytest.param(check_card, "4111 1111-1111 1111", False, id="card, mixed groups"),
        pytest.param(check_card, "1111111111111117", False, id="card, no issuer"),
        pytest.param(check_card, "378282246310005", True, id="card, 15 digits"),
        pytest.param(check_card, "0000000000000000", False, id="card, zeros"),
        pytest.param(check_iban, "GB82WEST12345698765432", True, id="IBAN"),
        pytest.param(check_iban, "GB82WEST12345698765433", False, id="IBAN, wrong digit"),
        pytest.param(check_iban, "ZZ82WEST12345698765432", False, id="IBAN, no country"),
        pytest.param(check_ssn, "219-09-9999", True, id="social security"),
        pytest.param(check_ssn, "219-00-9999", False, id="social security, never issued"),
        pytest.param(check_phone, "+49 30 1234567", True, id="phone"),
        pytest.param(check_phone, "+123.4567890", False, id="phone, decimal"),
        pytest.param(check_phone, "1-800-222-1222", False, id="phone, toll-free"),
        pytest.param(check_ip, "93.184.216.34", True, id="address"),
        pytest.param(check_ip, "3.4.21.4", False, id="address, enzyme"),
        pytest.param(check_ip, "256.1.1.1", False, id="address, octet"),
        pytest.param(check_ip, "192.168.0.1", False, id="address, private"),
    ],
)
def test_check(check: object, text: str, passes: bool) -> None:
    assert check(text) is passes  # type: ignore[operator]
