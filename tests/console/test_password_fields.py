"""Fields for passwords hide what is typed and let a password manager and the clipboard do their work."""

import re

from console.pages import FOLDER

PAGES = sorted(FOLDER.glob("*.html"))
FIELD = re.compile(r"<input[^>]*(?:name|id)=\"[^\"]*password[^\"]*\"[^>]*>")


def test_every_password_field_hides_it_and_names_itself_to_password_managers() -> None:
    fields = [field for page in PAGES for field in FIELD.findall(page.read_text(encoding="utf-8"))]
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(?:current|new)-password"', field)
        assert "maxlength" not in field


def test_no_script_keeps_anybody_from_pasting() -> None:
    scripts = [file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.js"))]
    assert scripts
    assert not any(re.search(r"[\"']paste[\"']|onpaste", script) for script in scripts)
