"""A change that survived is a fault unless it is waived, and a waiver that nothing needs is one too."""

import pytest

from tests.mutants import Change, changed, verdict, waivers

DIFF = """--- access/rules/scope.py
+++ access/rules/scope.py
@@ -1,3 +1,3 @@
 def scope() -> int:
-    return 1
+    return 2
"""
ONE, TWO = Change("access.rules.scope.scope", "return 2"), Change("access.rules.scope.scope", "return 3")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("access.rules.scope.x_scope__mutmut_12", "access.rules.scope.scope"),
        ("access.tokens.x__thumbprint__mutmut_1", "access.tokens._thumbprint"),
        ("access.tokens.xǁTokenKeysǁjwks__mutmut_9", "access.tokens.TokenKeys.jwks"),
    ],
)
def test_a_change_is_named_by_its_function_and_its_line(name: str, function: str) -> None:
    assert changed(name, DIFF) == Change(function, "return 2")


def test_what_survived_and_is_not_waived_fails_and_so_does_a_waiver_that_nothing_needs() -> None:
    assert verdict([ONE], [ONE]) == []
    assert verdict([ONE, TWO], [ONE]) == ["SURVIVED  access.rules.scope.scope: return 3"]
    assert verdict([ONE], [ONE, TWO]) == ["NOT NEEDED  access.rules.scope.scope: return 3"]


def test_every_waiver_says_why_and_none_is_there_twice() -> None:
    found = waivers()
    assert found
    assert len(found) == len(set(found))
