"""The .env files of an app mean what they mean to Vite."""

import pytest

from edge import environment


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("VITE_A=plain", "plain"),
        ("export VITE_A = spaced  # and why", "spaced"),
        ("VITE_A: colon", "colon"),
        ("VITE_A='it # stays $'", "it # stays $"),
        ('VITE_A="two\\nlines"', "two\nlines"),
        ('VITE_A="over\ntwo"', "over\ntwo"),
        ("VITE_A=`back`", "back"),
        ("VITE_A=", ""),
        ("VITE_A=a=b==", "a=b=="),
        ("# VITE_A=no\nVITE_A=yes\r\nB=1", "yes"),
        ("B=b\nVITE_A=${B}c-$B", "bc-b"),
        ("VITE_A=${NONE:-other}", "other"),
        ("VITE_A=\\$B", "$B"),
        ("VITE_A=$B\nB=$VITE_A", ""),
        ("VITE_A=$B\nB=$C\nC=deep", "deep"),
    ],
)
def test_a_value_is_read(text: str, value: str) -> None:
    assert environment.read([text])["VITE_A"] == value


def test_the_later_file_wins_also_in_what_refers_to_it() -> None:
    assert environment.files() == (".env", ".env.local", ".env.development", ".env.development.local")
    assert environment.read(["A=1\nVITE_A=$A", "A=2"]) == {"A": "2", "VITE_A": "2"}


def test_a_page_sees_what_is_meant_for_it() -> None:
    env = environment.shown({"VITE_A": "a", "SECRET": "s", "PUBLIC_B": "b"}, ["VITE_"])
    assert env == {"VITE_A": "a", "MODE": "development", "DEV": True, "PROD": False, "SSR": False, "BASE_URL": "/"}
    assert "PUBLIC_B" in environment.shown({"PUBLIC_B": "b"}, ["VITE_", "PUBLIC_"])
    html = "<title>%VITE_A% %MODE% %DEV% %SECRET% 100% %</title>"
    assert environment.in_page(html, env) == "<title>a development true %SECRET% 100% %</title>"


def test_no_file_takes_long() -> None:
    bomb = "\n".join(["A0=xxxxxxxxxx", *(f"A{n}=$A{n - 1}$A{n - 1}" for n in range(1, 200))])
    assert len(environment.read([bomb])["A199"]) <= 50_000
    assert environment.read(["\n" * 2_000_000, "'" * 2_000_000, "A=" + "${" * 500_000]).keys() == {"A"}
