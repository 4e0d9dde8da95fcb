"""What a filled form holds against its own form."""

from __future__ import annotations

import pytest

from kimbilio.packs import load
from kimbilio.packs.compiler import compile_form
from kimbilio.xlsforms import kinds_of, read_submission
from kimbilio.xlsforms.checking import Finding, Problem, checks_of, findings

FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
<instance><data id="x" version="1"><age/><kind/><more/><hid/><g><in/></g><r><each/></r></data></instance>
<instance id="l"><list><item><name>a</name></item><item><name>b</name></item><item><name>none</name></item></list>
</instance><instance id="f" src="jr://file-csv/f.csv"/>
<bind nodeset="/data/age" type="int" required="true()" constraint=". &gt;= 0 and . &lt;= 120"/>
<bind nodeset="/data/kind" type="string" constraint="regex(., 'x')"/>
<bind nodeset="/data/more" constraint="(not(selected(., 'none')) or count-selected(.) = 1)"/>
<bind nodeset="/data/hid" required="true()" relevant="/data/age = 1"/>
<bind nodeset="/data/g" relevant="/data/age = 1"/><bind nodeset="/data/g/in" required="true()"/>
<bind nodeset="/data/r/each" required="true()" constraint=". &lt; 3"/></model></h:head><h:body>
<input ref="/data/age"/><select1 ref="/data/kind"><item><value>a</value></item><item><value>b</value></item></select1>
<select ref="/data/more"><itemset nodeset="instance('l')/list/item[x = 1]"><value ref="name"/></itemset></select>
<select1 ref="/data/hid"><itemset nodeset="instance('f')/list/item"><value ref="name"/></itemset></select1>
<group ref="/data/r"><repeat nodeset="/data/r"><input ref="/data/r/each"/></repeat></group></h:body></h:html>"""

CHECKS = checks_of(FORM)


def found(inside: str) -> list[Finding]:
    xml = f"<data id='x'><meta><instanceID>uuid:1</instanceID></meta>{inside}</data>"
    return list(findings(read_submission(xml.encode(), kinds_of(FORM)), CHECKS))


@pytest.mark.parametrize(
    ("inside", "question", "problem"),
    [
        ("", "age", Problem.REQUIRED),
        ("<age> </age>", "age", Problem.REQUIRED),
        ("<age>121</age>", "age", Problem.CONSTRAINT),
        ("<age>-1</age>", "age", Problem.CONSTRAINT),
        ("<age>many</age>", "age", Problem.CONSTRAINT),
        ("<age>1</age><kind>c</kind>", "kind", Problem.CHOICE),
        ("<age>1</age><more>a c</more>", "more", Problem.CHOICE),
        ("<age>1</age><more>a none</more>", "more", Problem.CONSTRAINT),
        ("<age>1</age><r><each>1</each></r><r><each>3</each></r>", "each", Problem.CONSTRAINT),
    ],
)
def test_what_an_answer_breaks_is_found(inside: str, question: str, problem: Problem) -> None:
    assert found(inside) == [Finding(question, problem)]


@pytest.mark.parametrize(
    "inside",
    [
        "<age>0</age>",
        "<age>120</age><kind>a</kind><more>a b</more>",
        "<age>1</age><more>none</more>",
        "<age>1</age><hid>anything of the file</hid>",
        "<age>1</age><r><each>2</each></r><r/>",
    ],
)
def test_what_keeps_to_the_form_and_what_cannot_be_judged_is_not_held_against_it(inside: str) -> None:
    assert found(inside) == []


def test_a_finding_never_holds_the_answer() -> None:
    assert "moon" not in repr(found("<age>1</age><kind>moon</kind>"))


@pytest.mark.parametrize("country", ["zz", "zm"])
def test_the_constraints_of_every_published_form_can_be_judged(country: str) -> None:
    """Otherwise a new idiom of the compiler would pass unseen."""
    pack = load(country)
    for kind in pack.forms:
        xform = compile_form(pack, kind).xform
        bound = {
            part.split('"')[0].rsplit("/", 1)[-1]
            for part in xform.split('<bind nodeset="')[1:]
            if " constraint=" in part.split("/>")[0]
        }
        assert bound <= checks_of(xform).constraints.keys()
